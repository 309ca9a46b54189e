{#- One spelling for a phone number: digits behind a plus, without an extension. Ids of
    other kinds stay as they are. The kind is the channel's `address_kind`. -#}
{% macro normalise_address(address, kind) -%}
    {%- set digits = '0123456789' -%}
    {%- set ns = namespace(sql="translate(trim(" ~ address ~ "), '"
        ~ '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋' ~ "', '"
        ~ digits * 3 ~ "+')") -%}
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
        else trim({{ address }})
    end
{%- endmacro %}
