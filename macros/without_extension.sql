{#- A telephone number without what is dialled after it: `ext 9`, `x9`, `#9`, `;ext=9`. -#}
{% macro without_extension(number) -%}
    case
        when {{ regexp_like(
            number, '^[+]?[0-9]+(;?[eE][xX][tT]=?|[xX]|#)[0-9]{1,7}$'
        ) }}
            then {{ dbt.split_part(
                'translate(' ~ number ~ ", 'eExX;#', '||||||')", "'|'", 1
            ) }}
        else {{ number }}
    end
{%- endmacro %}
