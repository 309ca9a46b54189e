{#- Whether a rule of a country, or of a part of it, holds where somebody lives. -#}
{% macro is_rule_of_place(rules, places) -%}
    (
        {{ rules }}.country_code = '*'
        or (
            {{ rules }}.country_code = {{ places }}.country_code
            and (
                {{ rules }}.subdivision_code in ('*', {{ places }}.subdivision_code)
                -- Somebody whose part is unknown may live in any.
                or {{ places }}.subdivision_code = '?'
            )
        )
    )
{%- endmacro %}
