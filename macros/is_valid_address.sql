{#- Whether a normalised address can be right for the channel's `address_kind`: E.164 for
    a phone, or WhatsApp's own user id (two letters, a dot, up to 128 letters and
    digits). -#}
{% macro is_valid_address(address, kind) -%}
    case
        when {{ kind }} = 'phone'
            then {{ regexp_like(address, '^[+][1-9][0-9]{7,14}$') }}
        when {{ kind }} = 'phone_or_bsuid'
            then
                {{ regexp_like(address, '^[+][1-9][0-9]{7,14}$') }}
                or {{ regexp_like(
                    address, '^[A-Z][A-Z][.]([A-Z]+[.])?[A-Za-z0-9]{1,128}$'
                ) }}
        else {{ address }} != ''
    end
{%- endmacro %}
