{#- One spelling for a phone number: digits behind a plus. Ids of other kinds stay as
    they are. -#}
{% macro normalise_address(address, channel) -%}
    case
        when
            {{ channel }} in ('whatsapp', 'sms', 'rcs')
            and not {{ regexp_like(address, '^[A-Z][A-Z][.]') }}
            then
                {%- set ns = namespace(sql='trim(' ~ address ~ ')') -%}
                {%- for character in [' ', '-', '(', ')', '.', '/'] -%}
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
