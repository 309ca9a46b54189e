{% macro as_of() -%}
    {%- set moment = var('as_of') | replace('T', ' ') | replace('Z', '')
        or run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    cast('{{ moment }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}
