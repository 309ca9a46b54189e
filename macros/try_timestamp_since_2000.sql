{#- As `try_timestamp`; an instant of before 2000 is some system's empty date, and none. -#}
{% macro try_timestamp_since_2000(column) -%}
    {{ try_timestamp(
        "case when " ~ trimmed("cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")")
        ~ " >= '2000'"
        ~ " then " ~ column ~ " end"
    ) }}
{%- endmacro %}
