{#- Whether a normalised address can be right: E.164 for phone channels, or WhatsApp's
    own user id (two letters, a dot, up to 128 letters and digits). -#}
{% macro is_valid_address(address, channel) -%}
    case
        when {{ channel }} in ('sms', 'rcs')
            then {{ regexp_like(address, '^[+][1-9][0-9]{7,14}$') }}
        when {{ channel }} = 'whatsapp'
            then
                {{ regexp_like(address, '^[+][1-9][0-9]{7,14}$') }}
                or {{ regexp_like(
                    address, '^[A-Z][A-Z][.]([A-Z]+[.])?[A-Za-z0-9]{1,128}$'
                ) }}
        else {{ address }} != ''
    end
{%- endmacro %}
