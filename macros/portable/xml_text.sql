{#- The text of the first element of that name in a flat XML text, with or without CDATA;
    null where there is none or nothing in it, where it holds elements, and in junk. -#}
{% macro xml_text(expression, tag) -%}
    {{ xml_marked_text(xml_marked(expression), tag) }}
{%- endmacro %}

{#- The same of what `xml_marked` gave. -#}
{% macro xml_marked_text(marked, tag) -%}
    {%- set behind = dbt.split_part(
        marked, "chr(3) || '<" ~ tag ~ ">' || chr(3)", 2
    ) -%}
    {%- set held = trimmed(dbt.split_part(
        behind, "chr(3) || '</" ~ tag ~ ">' || chr(3)", 1
    )) -%}
    nullif(case
        when {{ held }} like chr(1) || '%' || chr(2) || '%' || chr(2) then null
        when {{ held }} like chr(1) || '%' || chr(2)
            then replace(
                {{ dbt.split_part('substring(' ~ held ~ ', 2)', 'chr(2)', 1) }},
                chr(1),
                '<![CDATA['
            )
        when {{ held }} = translate(
            {{ held }}, '<' || chr(1) || chr(2) || chr(3) || chr(4), ''
        )
            then {{ xml_unescape(held) }}
    end, '')
{%- endmacro %}

{% macro xml_unescape(expression) -%}
    {#- The ampersand last: `&amp;lt;` is the text `&lt;`. -#}
    {%- set ns = namespace(sql=expression) -%}
    {%- for entity, letter in [
        ('lt', "'<'"), ('gt', "'>'"), ('quot', "'\"'"), ('apos', 'chr(39)'), ('amp', "'&'")
    ] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '&" ~ entity ~ ";', " ~ letter ~ ")" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{#- XML with chr(1) and chr(2) for the ends of CDATA, chr(3) around each tag outside of
    it and chr(4) at the end. Whoever writes a tag in a message cannot forge these: they
    are taken out of the text first. -#}
{% macro xml_marked(expression) -%}
    {%- set clean = "translate(cast(" ~ expression ~ " as " ~ dbt.type_string()
        ~ "), chr(1) || chr(2) || chr(3) || chr(4), '')" -%}
    {%- set sections = "replace(replace(" ~ clean
        ~ ", '<![CDATA[', chr(1)), ']]>', chr(2))" -%}
    {#- Two sections side by side are how a text with `]]>` in it is written. -#}
    replace(
        {{ xml_with_tags_marked("replace(" ~ sections ~ ", chr(2) || chr(1), '')") }},
        chr(2) || chr(3) || chr(3), chr(2)
    ) || chr(4)
{%- endmacro %}

{% macro xml_with_tags_marked(expression) -%}
    {{ regexp_replace_all(
        expression,
        xml_pattern(),
        "'" ~ regexp_group(1) ~ "' || chr(3) || '" ~ regexp_group(2) ~ "' || chr(3)"
    ) }}
{%- endmacro %}

{#- A section without an end lasts to the end of the text. -#}
{% macro xml_pattern() -%}
    '(' || chr(1) || '[^' || chr(2) || ']*' || chr(2) || '?)|(</?[A-Za-z_][A-Za-z0-9_]*>)'
{%- endmacro %}
