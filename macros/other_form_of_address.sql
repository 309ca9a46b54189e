{#- The other spelling of one human's number, where a country has two: Mexico with and
    without the 1 (WhatsApp shows it), Argentina with and without the 9, Brazil's mobiles
    with and without their ninth digit. Null where there is none. For telling who is meant;
    never to be written to. Source: consent.md 1.7 and 8 (S95, L2). -#}
{% macro other_form_of_address(address) -%}
    case substring({{ address }}, 1, 3)
        when '+52'
            then case
                when {{ regexp_like(address, '^[+]521[2-9][0-9]{9}$') }}
                    then '+52' || substring({{ address }}, 5)
                when {{ regexp_like(address, '^[+]52[2-9][0-9]{9}$') }}
                    then '+521' || substring({{ address }}, 4)
            end
        when '+54'
            then case
                when {{ regexp_like(address, '^[+]549[1-8][0-9]{9}$') }}
                    then '+54' || substring({{ address }}, 5)
                when {{ regexp_like(address, '^[+]54[1-8][0-9]{9}$') }}
                    then '+549' || substring({{ address }}, 4)
            end
        when '+55'
            then case
                when {{ regexp_like(address, '^[+]55[1-9][0-9]9[6-9][0-9]{7}$') }}
                    then
                        '+55' || substring({{ address }}, 4, 2)
                        || substring({{ address }}, 7)
                when {{ regexp_like(address, '^[+]55[1-9][0-9][6-9][0-9]{7}$') }}
                    then
                        '+55' || substring({{ address }}, 4, 2)
                        || '9' || substring({{ address }}, 6)
            end
    end
{%- endmacro %}
