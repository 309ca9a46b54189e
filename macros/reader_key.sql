{#- One key for all addresses of one reader that we know of: a WhatsApp user id has the
    key of its number. `readers` are joined by channel and address. -#}
{% macro reader_key(address, readers='readers') -%}
    coalesce({{ readers }}.reader_key, {{ address_key(address) }})
{%- endmacro %}
