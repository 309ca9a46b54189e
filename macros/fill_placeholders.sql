{#- `{name}` in a text becomes the value of that name; up to five names. A name without
    a value leaves its braces, but a gate has closed on it before. -#}
{% macro fill_placeholders(text, names, variables) -%}
    {%- set ns = namespace(sql=text) -%}
    {%- for position in range(1, 6) -%}
        {%- set name = "coalesce(" ~ trimmed(dbt.split_part(names, "','", position))
            ~ ", '')" -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '{' || " ~ name ~ " || '}', coalesce("
            ~ json_text_dynamic(variables, name) ~ ", '{' || " ~ name ~ " || '}'))" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}
