{#- The text without the blanks around it, those too that are copied along from a page or a
    sheet: a space that does not break, the wide one of East Asia. -#}
{% macro trimmed(expression) -%}
    {{ return(adapter.dispatch('trimmed', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__trimmed(expression) -%}
    trim(both '{{ ott.blanks() }}' from {{ expression }})
{%- endmacro %}

{#- Its `trim` takes all of them. -#}
{% macro duckdb__trimmed(expression) -%}
    trim({{ expression }})
{%- endmacro %}

{% macro snowflake__trimmed(expression) -%}
    trim({{ expression }}, '{{ ott.blanks() }}')
{%- endmacro %}

{% macro bigquery__trimmed(expression) -%}
    trim({{ expression }}, '{{ ott.blanks() }}')
{%- endmacro %}

{#- Unicode's space separators, by their code points: nobody could tell them apart here. -#}
{% macro blanks() -%}
    {%- for code in [0x20, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000]
        + range(0x2000, 0x200B) | list -%}
        {{ '%c' | format(code) }}
    {%- endfor -%}
{%- endmacro %}
