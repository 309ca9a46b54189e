{#- The seeds that hold rules, and what makes two rows of one the same rule: a team's
    own row takes the place of the default with the same key. -#}
{% macro rule_keys() -%}
    {{ return({
        'cap_rules': ['rule_id'],
        'channel_preferences': ['country_code', 'channel'],
        'consent_rules': ['country_code'],
        'holidays': ['country_code', 'subdivision_code', 'holiday_date'],
        'message_policies': ['channel', 'purpose', 'message_type'],
        'reply_window_rules': ['channel', 'trigger_type'],
        'sending_hours': ['rule_id', 'iso_weekday'],
        'stop_keywords': ['language_code', 'keyword'],
    }) }}
{%- endmacro %}
