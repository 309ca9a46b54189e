{#- dbt's own macros where its Spark version answers otherwise than the other engines.
    dbt looks here first. -#}

{#- dbt's gives null, or an error in ANSI mode, where there is no such part. -#}
{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}

{#- dbt's cuts off the parts of a second. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd(
        {{ datepart }}, cast({{ interval }} as int), {{ from_date_or_timestamp }}
    )
{%- endmacro %}

{#- dbt's leaves the order to chance. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- if limit_num -%}
        {{ exceptions.raise_compiler_error('listagg has no limit on Spark') }}
    {%- endif -%}
    listagg({{ measure }}, {{ delimiter_text }})
    {%- if order_by_clause %} within group ({{ order_by_clause }}){% endif %}
{%- endmacro %}

{#- dbt makes Parquet where no format is named, and then takes it for Delta. -#}
{% macro spark__persist_constraints(relation, model) -%}
    {%- if config.get('file_format', 'parquet') == 'delta' -%}
        {{ return(dbt_spark.spark__persist_constraints(relation, model)) }}
    {%- endif -%}
{%- endmacro %}
