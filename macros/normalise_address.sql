{#- One spelling for a phone number: digits behind a plus. Ids of other kinds stay as
    they are. -#}
{% macro normalise_address(address, channel) -%}
    case
        when
            {{ channel }} in ('whatsapp', 'sms', 'rcs')
            and not {{ regexp_like(address, '^[A-Z][A-Z][.]') }}
            then
                {%- set digits = '0123456789' -%}
                {%- set ns = namespace(sql="translate(trim(" ~ address ~ "), '"
                    ~ '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋' ~ "', '"
                    ~ digits * 3 ~ "+')") -%}
                {#- The (0) of `+44 (0)7911` is dialled at home only. -#}
                {%- for character in ['(0)', ' ', '-', '(', ')', '.', '/'] -%}
                    {%- set ns.sql = 'replace(' ~ ns.sql ~ ", '" ~ character ~ "', '')" -%}
                {%- endfor %}
                case
                    when {{ ns.sql }} like '00%'
                        then '+' || substring({{ ns.sql }}, 3)
                    else {{ ns.sql }}
                end
        else trim({{ address }})
    end
{%- endmacro %}
