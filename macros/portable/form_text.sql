{#- The text of the first field of that name in a form-encoded body, decoded. Null where
    there is none or nothing in it, and where its bytes are no text. Never an error. -#}
{% macro form_text(expression, name) -%}
    {%- set behind = dbt.split_part(
        "'&' || " ~ expression, "'&" ~ name ~ "='", 2
    ) -%}
    {{ form_decoded("nullif(" ~ dbt.split_part(behind, "'&'", 1) ~ ", '')") }}
{%- endmacro %}

{#- Whether every percent sign of a text begins a byte of whole UTF-8; a text without
    any is sound. -#}
{% macro form_is_sound(expression) -%}
    {{ dbt.position("'%'", form_without_bytes(expression)) }} = 0
{%- endmacro %}

{#- One sequence of bytes that is a letter. Zero is none: PostgreSQL cannot hold it. -#}
{% macro form_letter() -%}
    {{ return(adapter.dispatch('form_letter', 'ott')()) }}
{%- endmacro %}

{% macro default__form_letter() -%}
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
    {{ regexp_replace_all(expression, "'" ~ form_letter() ~ "'", "' '") }}
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

{#- What a browser or a provider encodes of ASCII; letters and digits never. -#}
{% macro redshift__form_letter() -%}
    {%- set letters = [] -%}
    {%- for code in form_ascii() -%}
        {%- do letters.append('%%%02X' | format(code)) -%}
        {%- do letters.append('%%%02x' | format(code)) -%}
    {%- endfor -%}
    {{ return(letters | unique | join('|')) }}
{%- endmacro %}

{% macro form_ascii() -%}
    {%- set codes = [9, 10, 13] -%}
    {%- for code in range(0x20, 0x7F)
        if code != 0x25 and not ('%c' | format(code)).isalnum() -%}
        {%- do codes.append(code) -%}
    {%- endfor -%}
    {%- do codes.append(0x25) -%}
    {{ return(codes) }}
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

{#- Nor have these two. -#}
{% macro snowflake__form_decoded(expression) -%}
    case
        when {{ form_is_sound(expression) }}
            then (
                select try_hex_decode_string(
                    listagg(
                        case
                            when left(cast(piece.value as varchar), 1) = '%'
                                then substring(cast(piece.value as varchar), 2)
                            else hex_encode(cast(piece.value as varchar))
                        end
                    ) within group (order by piece.index)
                )

                from table(flatten(input => regexp_substr_all(
                    replace({{ expression }}, '+', ' '), '%[0-9A-Fa-f]{2}|[^%]+'
                ))) as piece
            )
    end
{%- endmacro %}

{% macro bigquery__form_decoded(expression) -%}
    case
        when {{ form_is_sound(expression) }}
            then (
                select safe_convert_bytes_to_string(
                    string_agg(
                        case
                            when substring(piece, 1, 1) = '%'
                                then from_hex(substring(piece, 2))
                            else cast(piece as bytes)
                        end,
                        b''
                        order by place
                    )
                )

                from unnest(regexp_extract_all(
                    replace({{ expression }}, '+', ' '), '%[0-9A-Fa-f]{2}|[^%]+'
                )) as piece with offset as place
            )
    end
{%- endmacro %}

{#- Redshift has no way to put bytes together again without a function of one's own: a
    form with anything but ASCII in it is not sound there, and set aside. -#}
{% macro redshift__form_decoded(expression) -%}
    {%- set ns = namespace(sql="replace(" ~ expression ~ ", '+', ' ')") -%}
    {#- The percent sign last: `%2541` is the text `%41`. -#}
    {%- for code in form_ascii() -%}
        {%- for hex in ['%02X' | format(code), '%02x' | format(code)] | unique -%}
            {%- set ns.sql = "replace(" ~ ns.sql ~ ", '%" ~ hex ~ "', chr(" ~ code
                ~ "))" -%}
        {%- endfor -%}
    {%- endfor -%}
    case when {{ form_is_sound(expression) }} then {{ ns.sql }} end
{%- endmacro %}
