{#- The files that stand in for a raw table, as patterns, or none: only the embedded
    engine reads files in place. A folder of the table's name holds files that are only
    ever appended to, such as webhooks. -#}
{% macro raw_files(table) -%}
    {%- set found, base = [], var('raw_location') ~ '/' ~ table -%}
    {%- if target.type == 'duckdb' and var('raw_location') -%}
        {%- for ending in ('.csv', '.jsonl', '/*.jsonl') -%}
            {#- As it was given: a relative one follows the file_search_path. -#}
            {%- set pattern = base ~ ending -%}
            {%- set files = run_query("select count(*) from glob('" ~ pattern ~ "')") -%}
            {%- if files.columns[0].values()[0] > 0 -%}
                {%- do found.append(pattern) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {#- A CSV and lines of the same name are the same thing twice. -#}
    {%- if base ~ '.csv' in found and base ~ '.jsonl' in found -%}
        {%- do found.remove(base ~ '.jsonl') -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
