{#- The file that stands in for a raw table, or nothing: only the embedded engine reads
    files in place. -#}
{% macro raw_file(table) -%}
    {%- if target.type == 'duckdb' and var('raw_location') -%}
        {%- set pattern = var('raw_location') ~ '/' ~ table -%}
        {%- for file in run_query(
            "select file from glob('" ~ pattern ~ ".csv') union all "
            ~ "select file from glob('" ~ pattern ~ ".jsonl')"
        ).columns[0].values() -%}
            {#- As it was given: a relative one follows the file_search_path. -#}
            {{ return(pattern ~ '.' ~ file.split('.')[-1]) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
