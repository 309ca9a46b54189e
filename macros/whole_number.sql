{#- A var that is a whole number, one at least; anything else stops the build. -#}
{% macro whole_number(name) -%}
    {%- set given = var(name) -%}
    {%- set number = given | int -%}
    {%- if number < 1 or number | string != given | string -%}
        {{ exceptions.raise_compiler_error(
            'The var ' ~ name ~ ' is a whole number, 1 or more, and not ' ~ given
        ) }}
    {%- endif -%}
    {{ return(number) }}
{%- endmacro %}
