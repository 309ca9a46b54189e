{#- All columns of the contract as text, whatever else the files have. -#}
{% macro raw_files_query(files, columns) -%}
    {%- for file in files %}
        {{- ' union all ' if not loop.first -}}
        {{- raw_lines_query(file, columns) if file.endswith('.jsonl')
            else raw_csv_query(file, columns) -}}
    {%- endfor -%}
{%- endmacro %}

{#- A line that is torn, as at the end of a file that is being written, is left out. -#}
{% macro raw_lines_query(file, columns) -%}
    {%- set keys = run_query(
        'select unnest(json_keys(json)) from ('
        ~ "select json from read_ndjson_objects('" ~ file ~ "', ignore_errors = true) "
        ~ 'where json is not null limit 1)'
    ).columns[0].values() | list -%}
    {#- An empty file has none. -#}
    {%- if keys and not keys | select('in', columns) | list -%}
        {{ exceptions.raise_compiler_error(
            'The file ' ~ file ~ ' has none of the keys ' ~ columns | join(', ')
            ~ ', written so: look at its first line'
        ) }}
    {%- endif -%}
    {%- for key in keys if key not in columns and key | lower in columns -%}
        {{ exceptions.raise_compiler_error(
            'The file ' ~ file ~ ' says ' ~ key ~ ': its keys are in small letters'
        ) }}
    {%- endfor -%}
    {%- set types = [] -%}
    {%- for column in columns -%}
        {%- do types.append(column ~ ": 'VARCHAR'") -%}
    {%- endfor -%}
    select {{ columns | join(', ') }}
    from read_json(
        '{{ file }}',
        format = 'newline_delimited',
        ignore_errors = true,
        columns = { {{- types | join(', ') -}} }
    )
    where coalesce({{ columns | join(', ') }}) is not null
{%- endmacro %}

{% macro raw_csv_query(file, columns) -%}
    {%- set reader = "read_csv('" ~ file ~ "', all_varchar = true, header = true, "
        ~ "delim = ',', quote = '\"', escape = '\"', null_padding = false, "
        ~ "strict_mode = true" -%}
    {%- do refuse_what_is_no_csv(file, reader) -%}
    {%- set reader = reader ~ ')' -%}
    {%- set present = run_query('select * from ' ~ reader ~ ' limit 0').column_names
        | map('lower') | list -%}
    {#- Else each row of a list of stops would say nothing, and nobody would be told. -#}
    {%- if not columns | select('in', present) | list -%}
        {{ exceptions.raise_compiler_error(
            'The file ' ~ file ~ ' has none of the columns ' ~ columns | join(', ')
            ~ ': its first line names them, with commas between'
        ) }}
    {%- endif -%}
    select
        {%- for column in columns %}
        {{ column if column in present else 'cast(null as varchar) as ' ~ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ reader }}
{%- endmacro %}

{#- Read leniently, a quote that is never closed hides every row behind it, stops among
    them. What DuckDB says of such a line quotes it, and a log would keep it. Of two kinds
    of line ends, but for those inside a value, it says no more than that it is lost. -#}
{% macro refuse_what_is_no_csv(file, reader) -%}
    {%- set ends = 'chr(13) || chr(10)' -%}
    {%- if run_query(
        "select 1 from (select try(decode(content)) as said from read_blob('" ~ file
        ~ "')) where contains(said, " ~ ends ~ ') and contains(replace('
        ~ "regexp_replace(said, '\"[^\"]*\"', '', 'g'), " ~ ends ~ ", ''), chr(10))"
    ).columns[0].values() | list -%}
        {{ exceptions.raise_compiler_error(
            'The file ' ~ file ~ ' has two kinds of line ends: write it with one'
        ) }}
    {%- endif -%}
    {%- for table in ('reject_errors', 'reject_scans') -%}
        {%- do run_query('drop table if exists ' ~ table) -%}
    {%- endfor -%}
    {%- do run_query(
        'select count(columns(*)) from ' ~ reader
        ~ ', ignore_errors = true, store_rejects = true, rejects_limit = 1)'
    ) -%}
    {%- for found in run_query(
        "select line || ' (' || lower(cast(error_type as varchar)) || ')' "
        ~ 'from reject_errors order by line limit 1'
    ).columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            'The file ' ~ file ~ ' is no CSV in line ' ~ found
            ~ ': mend its quotes, its commas or its encoding, which is UTF-8'
        ) }}
    {%- endfor -%}
{%- endmacro %}
