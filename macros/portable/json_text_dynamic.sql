{#- The text under a key that is itself an expression; one level deep. -#}
{% macro json_text_dynamic(expression, key) -%}
    {{ return(adapter.dispatch('json_text_dynamic', 'ott')(expression, key)) }}
{%- endmacro %}

{% macro default__json_text_dynamic(expression, key) -%}
    json_extract_string(try_cast({{ expression }} as json), '$."' || {{ key }} || '"')
{%- endmacro %}

{% macro postgres__json_text_dynamic(expression, key) -%}
    case
        when pg_input_is_valid(cast({{ expression }} as text), 'jsonb')
            then cast({{ expression }} as jsonb) ->> {{ key }}
    end
{%- endmacro %}

{% macro spark__json_text_dynamic(expression, key) -%}
    get_json_object({{ expression }}, '$.' || {{ key }})
{%- endmacro %}
