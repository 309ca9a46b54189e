{% macro build_log_row(sync_model, node, statuses) -%}
    {%- set texts = [
        invocation_id,
        as_of(),
        target.name,
        sync_model,
        node.unique_id,
        node.resource_type | string,
        statuses.get(node.unique_id, 'missing'),
        node.relation_name or '' if node.resource_type != 'unit_test' else '',
    ] -%}
    {%- set quoted = [] -%}
    {%- for text in texts -%}
        {%- do quoted.append(
            text if loop.index == 2 else "'" ~ text | replace("'", "''") ~ "'"
        ) -%}
    {%- endfor -%}
    (
        {{- quoted | join(', ') }},
        cast({{ dbt.current_timestamp() }} as {{ dbt.type_timestamp() }})
    )
{%- endmacro %}
