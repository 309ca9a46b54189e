{#- What a build did to a node, as four columns of a row of `ott_build_log`: the same for
    each sync table that needs it. -#}
{% macro build_log_row(node, statuses) -%}
    {%- set quoted = [] -%}
    {%- for text in [
        node.unique_id,
        node.resource_type | string,
        statuses.get(node.unique_id, 'missing'),
        node.relation_name or '' if node.resource_type != 'unit_test' else '',
    ] -%}
        {%- do quoted.append("'" ~ text | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {{ quoted | join(', ') }}
{%- endmacro %}
