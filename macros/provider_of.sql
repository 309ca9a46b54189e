{#- Whose codes a destination speaks: its first word, but Meta's for WhatsApp. -#}
{% macro provider_of(destination) -%}
    case
        when {{ destination }} = 'whatsapp' then 'meta'
        else {{ dbt.split_part(destination, "'_'", 1) }}
    end
{%- endmacro %}
