{#- The vars that are rules too, as one text: they belong to what was in force. -#}
{% macro rule_settings() -%}
    {%- set settings = [] -%}
    {%- for name in [
        'clock_skew_minutes', 'decision_ttl_hours', 'late_grant_limit_days',
        'rcs_capability_days', 'reconfirm_overdue_blocks', 'max_attempts', 'min_send_minutes',
        'template_max_age_hours',
    ] -%}
        {%- do settings.append(name ~ '=' ~ var(name)) -%}
    {%- endfor -%}
    {{ return(settings | join('|')) }}
{%- endmacro %}
