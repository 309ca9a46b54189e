{#- How sure a rule row is, as a number: 5 is surest, a word nobody knows is 1. -#}
{% macro confidence_rank(confidence) -%}
    case {{ confidence }}
        when 'confirmed' then 5
        when 'corroborated' then 4
        when 'single' then 3
        when 'unconfirmed' then 2
        else 1
    end
{%- endmacro %}
