{#- dbt's own macros where its version for a warehouse answers otherwise than the other
    engines. dbt looks here first. -#}

{#- dbt's gives a `datetime`, which cannot be compared with a `timestamp`. -#}
{% macro bigquery__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestamp(datetime_add(
        cast({{ from_date_or_timestamp }} as datetime),
        interval {{ interval }} {{ datepart }}
    ))
{%- endmacro %}

{#- dbt's reads some signs as patterns. -#}
{% macro databricks__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}

{#- dbt's leaves a bigint as it is, where an int must stand. -#}
{% macro databricks__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {{ ott.spark__dateadd(datepart, interval, from_date_or_timestamp) }}
{%- endmacro %}

{#- Milliseconds alone are dbt's default. -#}
{% macro trino__type_timestamp() -%}
    timestamp(6)
{%- endmacro %}

{#- Databricks would take what is ours for Spark, and has better of its own. -#}
{% macro databricks__load_csv_rows(model, agate_table) -%}
    {{ return(dbt_databricks.databricks__load_csv_rows(model, agate_table)) }}
{%- endmacro %}

{% macro databricks__create_csv_table(model, agate_table) -%}
    {{ return(dbt_databricks.databricks__create_csv_table(model, agate_table)) }}
{%- endmacro %}

{% macro databricks__persist_constraints(relation, model) -%}
    {{ return(dbt_databricks.databricks__persist_constraints(relation, model)) }}
{%- endmacro %}
