{#- Takes rows older than so many days out of a table that only grows. -#}
{% macro forget_before(relation, column, days) -%}
    {{ return(adapter.dispatch('forget_before', 'ott')(relation, column, days)) }}
{%- endmacro %}

{% macro default__forget_before(relation, column, days) -%}
    delete from {{ relation }}
    where {{ column }} < {{ dbt.dateadd('day', -1 * (days | int), as_of()) }}
{%- endmacro %}

{#- Nothing can be deleted from Parquet: what stays is written beside it, and takes its
    place. Only where there is something to forget. -#}
{% macro spark__forget_before(relation, column, days) -%}
    {%- set oldest = dbt.dateadd('day', -1 * (days | int), as_of()) -%}
    {%- set kept = relation ~ '__kept' -%}
    {%- set forgotten = relation ~ '__forgotten' -%}
    {%- if execute and run_query(
        'select 1 from ' ~ relation ~ ' where ' ~ column ~ ' < ' ~ oldest ~ ' limit 1'
    ).rows -%}
        {%- for statement in [
            'drop table if exists ' ~ kept,
            'create table ' ~ kept ~ ' using parquet as select * from ' ~ relation
            ~ ' where coalesce(' ~ column ~ ' >= ' ~ oldest ~ ', true)',
            'alter table ' ~ relation ~ ' rename to ' ~ forgotten,
            'alter table ' ~ kept ~ ' rename to ' ~ relation,
            'drop table ' ~ forgotten,
        ] -%}
            {%- do run_query(statement) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro databricks__forget_before(relation, column, days) -%}
    {{ ott.default__forget_before(relation, column, days) }}
{%- endmacro %}
