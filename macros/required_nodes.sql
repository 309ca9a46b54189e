{#- The model, every model and seed it is made of, and every test on one of them. -#}
{% macro required_nodes(model) -%}
    {%- set found = {model.unique_id: model} -%}
    {%- set queue = [model.unique_id] -%}
    {%- for ignored in range(1000) if queue -%}
        {%- for parent in found[queue.pop()].depends_on.nodes
            if parent in graph.nodes and parent not in found -%}
            {%- do found.update({parent: graph.nodes[parent]}) -%}
            {%- do queue.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for test in graph.nodes.values() if test.resource_type == 'test' -%}
        {%- if test.depends_on.nodes | select('in', found) | list -%}
            {%- do found.update({test.unique_id: test}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}
