{#- One spelling for a phone number: digits behind a plus, without an extension. Ids of
    other kinds stay as they are. The kind is the channel's `address_kind`. -#}
{% macro normalise_address(address, kind) -%}
    {%- set digits = '0123456789' -%}
    {%- set hidden = namespace(signs='') -%}
    {#- Hard and narrow blanks, marks of direction, and dashes: copied along, seldom seen. -#}
    {%- for code in [
        0xA0, 0x2007, 0x2009, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2010, 0x2011,
        0x2012, 0x2013, 0x2014, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x202F, 0x2060,
        0x2066, 0x2067, 0x2068, 0x2069, 0x2212, 0x3000, 0xFEFF,
    ] -%}
        {%- set hidden.signs = hidden.signs ~ ('%c' | format(code)) -%}
    {%- endfor -%}
    {%- set ns = namespace(sql="translate(" ~ trimmed(address) ~ ", '"
        ~ '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋' ~ hidden.signs
        ~ "' || chr(9) || chr(10) || chr(13), '" ~ digits * 3 ~ "+')") -%}
    {#- A number that was kept as a decimal has a zero that nobody dials. -#}
    {%- set ns.sql = regexp_replace_all(
        ns.sql, "'^([+]?[0-9]+)[.]0$'", "'" ~ regexp_group(1) ~ "'"
    ) -%}
    {#- The (0) of `+44 (0)7911` is dialled at home only. -#}
    {%- for character in ['(0)', ' ', '-', '(', ')', '.', '/'] -%}
        {%- set ns.sql = 'replace(' ~ ns.sql ~ ", '" ~ character ~ "', '')" -%}
    {%- endfor %}
    case
        when {{ regexp_like(address, '^[+][0-9]+$') }} then {{ address }}
        when
            {{ kind }} in ('phone', 'phone_or_bsuid')
            and not {{ regexp_like(address, '^[A-Z][A-Z][.]') }}
            then
                case
                    when {{ ns.sql }} like '00%'
                        then '+' || substring({{ without_extension(ns.sql) }}, 3)
                    else {{ without_extension(ns.sql) }}
                end
        -- A key of the platform's own may be digits, and keeps its dots and dashes.
        when
            {{ kind }} = 'phone_or_user_key'
            and {{ regexp_like(ns.sql, '^[+][1-9][0-9]{7,14}$') }}
            then {{ ns.sql }}
        else {{ trimmed(address) }}
    end
{%- endmacro %}
