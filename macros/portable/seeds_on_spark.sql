{#- dbt's Spark loader puts values between quotation marks as they are: an apostrophe
    breaks the statement, a null becomes the text None. So each is written out here. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = spark_seed_types(model, agate_table) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(500) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set values = [] -%}
            {%- for value in row -%}
                {%- do values.append(
                    'cast(' ~ spark_literal(value) ~ ' as ' ~ types[loop.index0] ~ ')'
                ) -%}
            {%- endfor -%}
            {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set sql = 'insert into ' ~ this ~ ' values ' ~ rows | join(', ') -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0]) }}
{%- endmacro %}

{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for type in spark_seed_types(model, agate_table) -%}
        {%- do columns.append(agate_table.column_names[loop.index0] ~ ' ' ~ type) -%}
    {%- endfor -%}
    {%- set sql -%}
        create table {{ this }} ({{ columns | join(', ') }})
        {{ file_format_clause() }}
        {{ location_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{#- Text is `string`: Spark's `varchar` wants a length, and counts it. -#}
{% macro spark_seed_types(model, agate_table) -%}
    {%- set given = model['config'].get('column_types', {}) -%}
    {%- set types = [] -%}
    {%- for column in agate_table.column_names -%}
        {%- set found = adapter.convert_type(agate_table, loop.index0) -%}
        {%- set type = given.get(column, found) -%}
        {%- do types.append('string' if type.startswith('varchar') else type) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}null
    {%- else -%}'{{ dbt.escape_single_quotes(value | string | replace('\\', '\\\\')) }}'
    {%- endif -%}
{%- endmacro %}
