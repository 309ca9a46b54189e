{#- The JSON at a path of keys, as text, to look into further; null where there is none
    or where the text is no JSON. -#}
{% macro json_value(expression, path) -%}
    {{ return(adapter.dispatch('json_value', 'ott')(expression, path)) }}
{%- endmacro %}

{% macro default__json_value(expression, path) -%}
    cast(json_extract(
        try_cast({{ expression }} as json), '${% for key in path %}."{{ key }}"{% endfor %}'
    ) as varchar)
{%- endmacro %}

{% macro postgres__json_value(expression, path) -%}
    cast(case
        when pg_input_is_valid(cast({{ expression }} as text), 'jsonb')
            then cast({{ expression }} as jsonb) #> '{ {{- path | join(',') -}} }'
    end as text)
{%- endmacro %}

{% macro spark__json_value(expression, path) -%}
    get_json_object({{ expression }}, '${% for key in path %}.{{ key }}{% endfor %}')
{%- endmacro %}
