{#- The ladder of reasons, most final first: gate column, reason code, and whether
    it is asked of a channel already or of a campaign only. The order is that of
    `eligibility_reasons`; a test holds the two together. -#}
{% macro gates() -%}
    {{ return([
        ('is_not_erased', 'erased', 'channel'),
        ('is_not_minor', 'minor', 'channel'),
        ('is_not_deceased', 'deceased', 'channel'),
        ('is_not_on_legal_hold', 'legal_hold', 'channel'),
        ('is_merge_resolved', 'merge_unresolved', 'channel'),
        ('has_no_opt_out_row', 'suppressed_opt_out', 'channel'),
        ('has_no_complaint_row', 'suppressed_complaint', 'channel'),
        ('has_no_registry_row', 'suppressed_registry', 'channel'),
        ('has_no_dead_address_row', 'suppressed_contact', 'channel'),
        ('is_not_recycled', 'recycled_number', 'channel'),
        ('has_no_manual_row', 'suppressed_manual', 'channel'),
        ('has_not_said_stop', 'consent_withdrawn', 'channel'),
        ('has_not_opted_out_on_platform', 'platform_opt_out', 'channel'),
        ('has_fresh_consent', 'consent_expired', 'channel'),
        ('has_confirmed_consent', 'consent_pending', 'channel'),
        ('has_reviewed_consent', 'consent_in_review', 'channel'),
        ('has_explicit_consent', 'consent_not_explicit', 'channel'),
        ('has_any_consent', 'consent_none', 'channel'),
        ('is_channel_connected', 'channel_not_connected', 'channel'),
        ('has_policy', 'policy_missing', 'campaign'),
        ('is_country_known', 'unknown_country', 'channel'),
        ('has_address', 'address_missing', 'channel'),
        ('is_address_valid', 'address_invalid', 'channel'),
        ('is_reachable', 'address_unreachable', 'channel'),
        ('is_known_to_sender', 'wrong_sender', 'channel'),
        ('has_window_where_needed', 'window_closed', 'campaign'),
        ('has_template', 'template_missing', 'campaign'),
        ('has_template_language', 'template_language_missing', 'campaign'),
        ('is_catalogue_fresh', 'template_stale', 'campaign'),
        ('is_template_approved', 'template_not_approved', 'campaign'),
        ('has_right_category', 'category_changed', 'campaign'),
        ('has_valid_parameters', 'template_params_invalid', 'campaign'),
        ('is_not_blocked_by_platform', 'platform_country_block', 'channel'),
        ('is_sender_active', 'sender_restricted', 'channel'),
        ('is_batch_sent', 'not_batch_sent', 'campaign'),
        ('is_local_time_known', 'unknown_time_zone', 'campaign'),
        ('has_allowed_hours', 'quiet_hours', 'campaign'),
        ('has_time_left', 'no_time_left', 'campaign'),
        ('is_not_yet_messaged', 'already_messaged', 'campaign'),
        ('is_address_not_yet_messaged', 'address_already_messaged', 'campaign'),
        ('is_not_refused_recently', 'refused_recently', 'campaign'),
        ('has_attempts_left', 'attempts_used', 'campaign'),
        ('is_within_law_cap', 'cap_law', 'campaign'),
        ('is_within_platform_cap', 'cap_platform', 'campaign'),
        ('is_within_person_cap', 'cap_person', 'campaign'),
    ]) }}
{%- endmacro %}

{#- Asked after the ladder, of those who may be messaged: who is chosen. -#}
{% macro choice_gates() -%}
    {{ return([
        ('is_channel_chosen', 'other_channel_chosen'),
        ('is_campaign_chosen', 'other_campaign_won'),
        ('is_address_chosen', 'other_customer_chosen'),
        ('is_within_sender_limit', 'sender_limit'),
        ('is_within_limit', 'campaign_limit'),
        ('is_not_held_out', 'holdout'),
    ]) }}
{%- endmacro %}
