{#- The text of the first field of that name in a form-encoded body, decoded. Null where
    there is none or nothing in it, and where its bytes are no text. Never an error. -#}
{% macro form_text(expression, name) -%}
    {{ form_decoded(
        "nullif(split_part(split_part('&' || " ~ expression ~ ", '&" ~ name
        ~ "=', 2), '&', 1), '')"
    ) }}
{%- endmacro %}

{#- Whether every percent sign of a text begins a byte of whole UTF-8; a text without
    any is sound. -#}
{% macro form_is_sound(expression) -%}
    {{ dbt.position("'%'", form_without_bytes(expression)) }} = 0
{%- endmacro %}

{#- One sequence of bytes that is a letter. Zero is none: PostgreSQL cannot hold it. -#}
{% macro form_letter() -%}
    {%- set any = '[0-9A-Fa-f]' -%}
    {%- set next = '%[89ABab]' ~ any -%}
    {{- [
        '%0[1-9A-Fa-f]|%[1-7]' ~ any,
        '%[Cc][2-9A-Fa-f]' ~ next,
        '%[Dd]' ~ any ~ next,
        '%[Ee]0%[ABab]' ~ any ~ next,
        '%[Ee][1-9A-CEFa-cef]' ~ next ~ next,
        '%[Ee][Dd]%[89]' ~ any ~ next,
        '%[Ff]0%[9ABab]' ~ any ~ next ~ next,
        '%[Ff][1-3]' ~ next ~ next ~ next,
        '%[Ff]4%8' ~ any ~ next ~ next,
    ] | join('|') -}}
{%- endmacro %}

{% macro form_without_bytes(expression) -%}
    {{ return(adapter.dispatch('form_without_bytes', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__form_without_bytes(expression) -%}
    regexp_replace({{ expression }}, '{{ form_letter() }}', ' ', 'g')
{%- endmacro %}

{% macro spark__form_without_bytes(expression) -%}
    regexp_replace({{ expression }}, '{{ form_letter() }}', ' ')
{%- endmacro %}

{% macro form_decoded(expression) -%}
    {{ return(adapter.dispatch('form_decoded', 'ott')(expression)) }}
{%- endmacro %}

{% macro default__form_decoded(expression) -%}
    case
        when {{ form_is_sound(expression) }}
            then url_decode(replace({{ expression }}, '+', ' '))
    end
{%- endmacro %}

{#- PostgreSQL has no such function: byte by byte, and together again. -#}
{% macro postgres__form_decoded(expression) -%}
    case
        when {{ form_is_sound(expression) }}
            then (
                select convert_from(
                    string_agg(
                        case
                            when substring(piece[1], 1, 1) = '%'
                                then decode(substring(piece[1], 2), 'hex')
                            else convert_to(piece[1], 'UTF8')
                        end,
                        ''
                        order by place
                    ),
                    'UTF8'
                )

                from regexp_matches(
                    replace({{ expression }}, '+', ' '), '%[0-9A-Fa-f]{2}|[^%]+', 'g'
                ) with ordinality as pieces (piece, place)
            )
    end
{%- endmacro %}

{% macro spark__form_decoded(expression) -%}
    case
        when {{ form_is_sound(expression) }} then try_url_decode({{ expression }})
    end
{%- endmacro %}
