{#- Takes rows older than so many days out of a table that only grows. -#}
{% macro forget_before(relation, column, days) -%}
    delete from {{ relation }}
    where {{ column }} < {{ dbt.dateadd('day', -1 * (days | int), as_of()) }}
{%- endmacro %}
