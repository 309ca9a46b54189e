{#- 0 to 9999: the first 32 bits of the md5, modulo 10000. Digit by digit, because no
    two engines turn hex into a number alike; never a database's own hash(). -#}
{% macro md5_bucket(expression) -%}
    mod(
        {%- for digit in range(8) %}
        (
            {{ dbt.position(
                "substring(" ~ dbt.hash(expression) ~ ", " ~ (digit + 1) ~ ", 1)",
                "'0123456789abcdef'"
            ) }} - 1
        ) * cast({{ 16 ** (7 - digit) }} as {{ dbt.type_bigint() }})
        {{- ' +' if not loop.last }}
        {%- endfor %},
        10000
    )
{%- endmacro %}
