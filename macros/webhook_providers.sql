{#- Whose webhooks in `raw_provider_webhooks` are read; of others each is set aside. -#}
{% macro webhook_providers() -%}
    'twilio', 'vonage', 'infobip', 'braze', 'sfmc'
{%- endmacro %}
