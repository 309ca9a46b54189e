{#- JSON text without halves of characters (`\ud83d` with no other half) and without
    `\u0000`: whoever cuts a text short leaves them, and most engines refuse all of the
    JSON for one. Sound JSON stays as it is. -#}
{% macro whole_characters(expression) -%}
{%- set slash = 'chr(92) || chr(92)' -%}
{%- set hex = '[0-9a-fA-F]' -%}
{%- set pair = "u[dD][89abAB]" ~ hex ~ hex ~ "' || " ~ slash ~ " || 'u[dD][c-fC-F]" ~ hex ~ hex -%}
    case
        when
            {{ regexp_like(
                expression, 'u([dD][89a-fA-F]' ~ hex ~ hex ~ '|0000)'
            ) }}
            and (
                {{ is_json(expression) }} is false
                or {{ regexp_like(expression, 'u0000') }}
            )
            then {{ regexp_replace_all(
                expression,
                "'(' || " ~ slash ~ " || " ~ slash ~ " || '|' || "
                ~ slash ~ " || '" ~ pair ~ ")|' || "
                ~ slash ~ " || 'u([dD][89a-fA-F]" ~ hex ~ hex ~ "|0000)'",
                "'" ~ regexp_group(1) ~ "'",
            ) | indent(12) }}
        else {{ expression }}
    end
{%- endmacro %}
