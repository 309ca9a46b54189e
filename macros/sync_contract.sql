{#- The tables that the sync and the build log write: name, columns, and which of them
    are instants and whole numbers; the rest is text. -#}
{% macro sync_contract() -%}
    {{ return({
        'raw_delivery_events': [
            'delivery_event_id', 'delivery_key', 'run_id', 'build_id', 'destination',
            'campaign_id', 'customer_id', 'channel', 'sender_id', 'purpose', 'event',
            'reason_code', 'provider_code', 'provider_message_id', 'attempt',
            'occurred_at', 'received_at',
        ],
        'raw_sync_states': [
            'delivery_event_id', 'destination', 'customer_id', 'attribute', 'value',
            'event', 'occurred_at', 'received_at',
        ],
        'raw_sync_runs': [
            'run_id', 'ledger_id', 'build_id', 'destination', 'event', 'occurred_at',
            'received_at',
        ],
        'raw_operator_stops': [
            'operator_stop_id', 'customer_id', 'address_hash', 'channel', 'purpose',
            'reason', 'occurred_at', 'received_at',
        ],
        'raw_template_listings': ['provider', 'account_id', 'fetched_at'],
        'ott_build_log': [
            'build_id', 'as_of', 'target_name', 'sync_model', 'node_id', 'node_type',
            'status', 'relation_name', 'logged_at',
        ],
    }) }}
{%- endmacro %}
