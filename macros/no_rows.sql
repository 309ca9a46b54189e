{#- A select of these columns without a row: instants end in `_at`, the rest is text. -#}
{% macro no_rows(columns, typed=true) -%}
    select
        {%- for column in columns %}
        cast(null as {{
            dbt.type_timestamp() if typed and column.endswith('_at')
            else dbt.type_string()
        }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (select 1 as one) as nothing
    where 1 = 0
{%- endmacro %}
