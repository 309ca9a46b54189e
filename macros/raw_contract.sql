{#- The raw tables and their columns: the contract with a team's warehouse. -#}
{% macro raw_contract() -%}
    {{ return({
        'raw_customers': [
            'customer_id', 'country_code', 'subdivision_code', 'language_code',
            'time_zone', 'preferred_channel', 'created_at', 'erased_at', 'is_minor',
            'merged_into_customer_id', 'merged_at', 'attributes', 'received_at',
        ],
        'raw_contact_points': [
            'contact_point_id', 'customer_id', 'channel', 'address', 'sender_id',
            'status', 'status_changed_at', 'verified_at', 'owned_from', 'owned_to',
            'first_seen_at', 'last_seen_at', 'received_at',
        ],
        'raw_consent_events': [
            'consent_event_id', 'customer_id', 'contact_point_id', 'channel', 'purpose',
            'sender_id', 'action', 'basis', 'actor', 'method', 'text_version',
            'occurred_at', 'occurred_precision', 'received_at',
        ],
        'raw_suppressions': [
            'suppression_id', 'key_type', 'key_value', 'channel', 'sender_id', 'purpose',
            'reason', 'starts_at', 'ends_at', 'received_at',
        ],
        'raw_registry_checks': [
            'registry_check_id', 'registry', 'address', 'result', 'checked_at',
            'disconnected_on', 'received_at',
        ],
        'raw_orders': [
            'order_id', 'customer_id', 'ordered_at', 'amount', 'status', 'received_at',
        ],
        'raw_lapse_scores': [
            'customer_id', 'lapse_risk_score', 'model_version', 'scored_at',
            'received_at',
        ],
        'raw_senders': [
            'sender_id', 'channel', 'provider', 'brand_id', 'provider_account',
            'portfolio_id', 'messaging_limit', 'messages_per_second',
            'allowed_purposes', 'template_account_id', 'status', 'quality',
            'received_at',
        ],
        'raw_templates': ['fetched_at', 'provider', 'account_id', 'payload'],
        'raw_whatsapp_webhooks': ['received_at', 'payload', 'sender_id'],
        'raw_line_webhooks': ['received_at', 'payload', 'sender_id'],
        'raw_kakao_webhooks': ['received_at', 'payload', 'sender_id'],
        'raw_wechat_webhooks': ['received_at', 'payload', 'sender_id'],
        'raw_rcs_webhooks': ['received_at', 'payload', 'sender_id'],
        'raw_provider_webhooks': ['provider', 'received_at', 'payload', 'sender_id'],
    }) }}
{%- endmacro %}
