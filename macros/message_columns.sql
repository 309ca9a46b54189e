{#- The columns after `send_columns` of whatever carries a message to an address: where
    to, and what is said. `MessageRow` has the same, in this order. -#}
{% macro message_columns(decided) -%}
    {{ decided }}.provider_account,
        cast({{ decided }}.messages_per_second as {{ dbt.type_bigint() }})
            as messages_per_second,
        {{ decided }}.address,
        {{ decided }}.address_type,
        {{ decided }}.country_code,
        coalesce(
            {{ decided }}.template_language_code,
            nullif({{ decided }}.customer_language, '')
        ) as language_code,
        {{ decided }}.template_name,
        {{ decided }}.parameter_format,
        {{ decided }}.header_format,
        nullif({{ decided }}.header_parameter, '') as header_parameter,
        {{ decided }}.body_parameters,
        {{ decided }}.button_parameters,
        {{ fill_placeholders(
            decided ~ '.free_text', decided ~ '.body_parameters', decided ~ '.variables'
        ) }} as free_text,
        {{ decided }}.content,
        {{ decided }}.content_kind,
        {{ decided }}.variables
{%- endmacro %}
