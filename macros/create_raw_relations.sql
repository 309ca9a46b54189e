{#- Before a run: every table of the raw contract is there. On DuckDB files of that name
    under `raw_location` stand in for it, read in place; what is absent is made empty,
    so that the gates that need it stay closed: a view, which a team's own may replace,
    but for the templates, which are pulled into it. A team's own is never replaced. -#}
{% macro create_raw_relations() -%}
    {%- if not execute or flags.WHICH not in ('build', 'run', 'test', 'seed') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set schema = var('raw_schema') -%}
    {%- set statements = ['create schema if not exists ' ~ schema] -%}
    {#- Those of a channel that nobody has are not asked for. -#}
    {%- set asked = graph.sources.values() | map(attribute='name') | list -%}
    {%- for table, columns in raw_contract().items() if table in asked -%}
        {%- set existing = load_relation(
            api.Relation.create(target.database or none, schema, table)
        ) -%}
        {%- set files = raw_files(table) -%}
        {%- if files_stand_in(existing, files) -%}
            {%- if existing and existing.is_table -%}
                {%- do statements.append('drop table ' ~ existing) -%}
            {%- endif -%}
            {%- do statements.append(
                'create or replace view ' ~ schema ~ '.' ~ table ~ ' as '
                ~ raw_files_query(files, columns)
            ) -%}
        {%- elif not existing and table == 'raw_templates' -%}
            {%- do statements.append(
                create_empty_table(schema ~ '.' ~ table, columns)
            ) -%}
        {%- elif not existing -%}
            {%- do statements.append(
                'create view ' ~ schema ~ '.' ~ table ~ ' as '
                ~ no_rows(columns, typed=false)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for table, columns in sync_contract().items() -%}
        {%- set existing = load_relation(
            api.Relation.create(target.database or none, schema, table)
        ) -%}
        {%- do statements.append(
            create_empty_table(schema ~ '.' ~ table, columns, typed=true)
        ) -%}
        {#- The demo has a past: taken in once, where the table is new. -#}
        {%- set files = [] if existing else raw_files(table) -%}
        {%- if files -%}
            {%- do statements.append(
                'insert into ' ~ schema ~ '.' ~ table ~ ' '
                ~ raw_files_query(files, columns)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if target.type not in ('duckdb', 'postgres') -%}
        {#- No transactions, and one statement at a time. -#}
        {%- for statement in statements -%}{%- do run_query(statement) -%}{%- endfor -%}
        {{ return('') }}
    {%- endif -%}
    {#- The look-ups above opened a transaction that dbt rolls back after a hook. -#}
    {{ statements | join(';\n') }};
    commit;
    begin
{%- endmacro %}
