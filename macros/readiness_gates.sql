{#- The gates that a campaign can pass before anybody is looked at, as a whole. -#}
{% macro readiness_gates() -%}
    {%- set pairs = [] -%}
    {%- for gate, reason, asked_of in gates() if gate in [
        'is_channel_connected', 'has_policy', 'can_carry_content', 'has_template',
        'has_template_language', 'is_catalogue_fresh', 'is_template_approved', 'has_right_category',
        'has_valid_parameters', 'is_sender_active', 'is_batch_sent',
    ] -%}
        {%- do pairs.append((gate, reason)) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}
