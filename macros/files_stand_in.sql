{#- Whether files are read in a raw table's place: of what is not there, of a view that we
    made, and of an empty table once a folder of webhooks has that name. A replay takes
    what it finds. -#}
{% macro files_stand_in(existing, files) -%}
    {%- if not files or (existing and is_replay()) -%}
        {{ return(false) }}
    {%- elif not existing or existing.is_view -%}
        {{ return(true) }}
    {%- elif not files[-1].endswith('/*.jsonl') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set rows = run_query('select 1 from ' ~ existing ~ ' limit 1') -%}
    {{ return(rows | length == 0) }}
{%- endmacro %}
