{#- The rows of `ott_build_log`, one for each node and each sync table that needs it. -#}
{% macro build_log_rows(build, tables, nodes) -%}
    {{ return(adapter.dispatch('build_log_rows', 'ott')(build, tables, nodes)) }}
{%- endmacro %}

{% macro default__build_log_rows(build, tables, nodes) -%}
    {%- set now -%}
        cast({{ dbt.current_timestamp() }} as {{ dbt.type_timestamp() }})
    {%- endset -%}
    {%- set rows = [] -%}
    {%- for node in nodes.values() -%}
        {%- for table in node.tables -%}
            {%- do rows.append(
                "(" ~ build ~ ", '" ~ table ~ "', " ~ node.row ~ ", " ~ now ~ ")"
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    values
    {{ rows | join(',\n') }}
{%- endmacro %}

{#- Each node is written once, with the numbers of its tables: many thousands of rows as
    text take seconds to read. Not every warehouse takes `values` for a relation. -#}
{% macro duckdb__build_log_rows(build, tables, nodes) -%}
    {%- set rows = [] -%}
    {%- for node in nodes.values() -%}
        {%- set numbers = [] -%}
        {%- for number in range(tables | length) if tables[number] in node.tables -%}
            {%- do numbers.append(number) -%}
        {%- endfor -%}
        {%- do rows.append("(" ~ node.row ~ ", ',"  ~ numbers | join(',') ~ ",')") -%}
    {%- endfor -%}
    {%- set numbered = [] -%}
    {%- for table in tables -%}
        {%- do numbered.append("('" ~ table ~ "', '%," ~ loop.index0 ~ ",%')") -%}
    {%- endfor -%}
    select
        {{ build }},
        tables.sync_table,
        nodes.node_id,
        nodes.node_type,
        nodes.status,
        nodes.relation_name,
        {#- In UTC, whatever the zone of the server is. #}
        {{ dbt.current_timestamp() }} at time zone 'UTC'
    from (values
        {{ rows | join(',\n') }}
    ) as nodes (node_id, node_type, status, relation_name, table_numbers)
    inner join (values {{ numbered | join(', ') }}) as tables (sync_table, pattern)
        on nodes.table_numbers like tables.pattern
{%- endmacro %}

{% macro postgres__build_log_rows(build, tables, nodes) -%}
    {{ ott.duckdb__build_log_rows(build, tables, nodes) }}
{%- endmacro %}
