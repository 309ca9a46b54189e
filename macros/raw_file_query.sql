{#- All columns of the contract as text, whatever else the file has. -#}
{% macro raw_file_query(file, columns) -%}
    {%- if file.endswith('.jsonl') -%}
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
    {%- else -%}
        {%- set reader = "read_csv('" ~ file ~ "', all_varchar = true, header = true, "
            ~ "delim = ',', quote = '\"', escape = '\"', null_padding = false, "
            ~ "strict_mode = false)" -%}
        {%- set present = run_query('select * from ' ~ reader ~ ' limit 0').column_names -%}
        select
            {%- for column in columns %}
            {{ column if column in present else 'cast(null as varchar) as ' ~ column }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ reader }}
    {%- endif -%}
{%- endmacro %}
