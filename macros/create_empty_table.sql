{% macro create_empty_table(name, columns, typed=false) -%}
    create table if not exists {{ name }} (
        {%- for column in columns %}
        {{ column }} {{
            dbt.type_timestamp() if typed and (column.endswith('_at') or column == 'as_of')
            else dbt.type_bigint() if typed and column == 'attempt'
            else dbt.type_string()
        }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
