{#- Writes to `ott_build_log` what this run did to each sync table: the table's own
    model, all it is made of, every test on any of them, and what its stops are asked
    of. The sync sends only from a table for which none of these is missing or failed. -#}
{% macro log_build(results) -%}
    {%- if not execute or is_replay() or flags.WHICH not in ('build', 'run', 'test', 'seed') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set statuses = {} -%}
    {%- set unit_tests = [] -%}
    {%- for result in results -%}
        {%- do statuses.update({result.node.unique_id: result.status | string}) -%}
        {%- if result.node.resource_type == 'unit_test' -%}
            {%- do unit_tests.append(result.node) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not unit_tests -%}
        {#- The graph does not list unit tests, so one row stands for all of them. -#}
        {%- do unit_tests.append({
            'unique_id': 'unit_test.*', 'resource_type': 'unit_test'
        }) -%}
    {%- endif -%}
    {%- set build = [
        "'" ~ invocation_id ~ "'", as_of(), "'" ~ target.name ~ "'"
    ] | join(', ') -%}
    {#- A row that is not in `sync_decided` is a row that no stop is asked for. -#}
    {%- set watched = [] -%}
    {%- for node in graph.nodes.values()
        if node.unique_id in ['model.ott.sync_decided', 'model.ott.sync_stops'] -%}
        {%- do watched.append(node) -%}
    {%- endfor -%}
    {%- set nodes = {} -%}
    {%- set tables = [] -%}
    {%- for model in graph.nodes.values()
        if model.resource_type == 'model' and model.package_name == 'ott'
        and model.fqn[1] in ('sync', 'marts') -%}
        {%- set is_sync = model.fqn[1] == 'sync' -%}
        {%- if is_sync or model.unique_id in statuses -%}
            {%- set table = model.name if is_sync else '' -%}
            {%- if table not in tables -%}{%- do tables.append(table) -%}{%- endif -%}
            {%- for node in (
                required_nodes(model) + unit_tests + watched if is_sync else [model]
            ) -%}
                {%- if node.unique_id not in nodes -%}
                    {%- do nodes.update({node.unique_id: {
                        'row': build_log_row(node, statuses), 'tables': []
                    }}) -%}
                {%- endif -%}
                {%- if table not in nodes[node.unique_id].tables -%}
                    {%- do nodes[node.unique_id].tables.append(table) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if nodes -%}
        insert into {{ build_log_relation() }} {{ build_log_rows(build, tables, nodes) }}
    {%- endif -%}
{%- endmacro %}
