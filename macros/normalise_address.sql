{#- One spelling for a phone number: digits behind a plus, without an extension. Ids of
    other kinds stay as they are. -#}
{% macro normalise_address(address, channel) -%}
    {%- set digits = '0123456789' -%}
    {%- set ns = namespace(sql="translate(trim(" ~ address ~ "), '"
        ~ '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋' ~ "', '"
        ~ digits * 3 ~ "+')") -%}
    {#- The (0) of `+44 (0)7911` is dialled at home only. -#}
    {%- for character in ['(0)', ' ', '-', '(', ')', '.', '/'] -%}
        {%- set ns.sql = 'replace(' ~ ns.sql ~ ", '" ~ character ~ "', '')" -%}
    {%- endfor %}
    case
        when
            {{ channel }} in ('whatsapp', 'sms', 'rcs')
            and not {{ regexp_like(address, '^[A-Z][A-Z][.]') }}
            then
                case
                    when {{ ns.sql }} like '00%'
                        then '+' || substring({{ without_extension(ns.sql) }}, 3)
                    else {{ without_extension(ns.sql) }}
                end
        else trim({{ address }})
    end
{%- endmacro %}
