{#- dbt only counts the rows of a failed test. A test of this project that gives its
    rows a column `problem` has them said, `--quiet` or not. -#}
{% macro say_problems(results) -%}
    {%- for result in results if execute
        and result.status | string == 'fail'
        and result.node.resource_type | string == 'test'
        and 'problem' in (result.node.compiled_code or '') -%}
        {%- set found = run_query(
            'select * from (' ~ result.node.compiled_code ~ ') as failures limit 20'
        ) -%}
        {%- if 'problem' in found.column_names -%}
            {%- for problem in found.columns['problem'].values() -%}
                {%- do print('Problem: ' ~ problem) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}
