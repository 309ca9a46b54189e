{#- Whether a text begins with one of the labels of a list, which `|` separates; up to
    five labels. Case, and spaces and lines before it, make no difference; the signs around
    a label do, as laws name them with their brackets. -#}
{% macro begins_with_label(text, labels) -%}
    {%- set ns = namespace(sql=text) -%}
    {#- Tab, ends of lines, a space that does not break, the wide one of East Asia. -#}
    {%- for blank in [0x09, 0x0A, 0x0D] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", chr(" ~ blank ~ "), ' ')" -%}
    {%- endfor -%}
    {%- for blank in [0xA0, 0x3000] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ ('%c' | format(blank))
            ~ "', ' ')" -%}
    {%- endfor -%}
    coalesce(
        {%- for position in range(1, 6) %}
        {{ 'or ' if not loop.first -}}
        {{ dbt.position(
            "lower(nullif(" ~ trimmed(dbt.split_part(labels, "'|'", position)) ~ ", ''))",
            "lower(" ~ trimmed(ns.sql) ~ ")"
        ) }} = 1
        {%- endfor %},
        false
    )
{%- endmacro %}
