{#- The text (or number, as text) at a path of keys; null where there is none, where it
    is a JSON null, or where the text is no JSON. -#}
{% macro json_text(expression, path) -%}
    {{ return(adapter.dispatch('json_text', 'ott')(expression, path)) }}
{%- endmacro %}

{% macro default__json_text(expression, path) -%}
    json_extract_string(
        try_cast({{ expression }} as json), '${% for key in path %}."{{ key }}"{% endfor %}'
    )
{%- endmacro %}

{% macro postgres__json_text(expression, path) -%}
    case
        when pg_input_is_valid(cast({{ expression }} as text), 'jsonb')
            then cast({{ expression }} as jsonb) #>> '{ {{- path | join(',') -}} }'
    end
{%- endmacro %}

{% macro spark__json_text(expression, path) -%}
    get_json_object({{ expression }}, '${% for key in path %}.{{ key }}{% endfor %}')
{%- endmacro %}
