{#- What `campaign_messages.template_name` calls a listed template: its code where the
    provider sends by code, else its name. -#}
{% macro template_name_in(provider, payload) -%}
    case lower({{ trimmed(provider) }})
        when 'twilio' then {{ json_text(payload, ['sid']) }}
        when 'nhn' then {{ json_text(payload, ['templateCode']) }}
        when 'kakao' then {{ json_text(payload, ['templateCode']) }}
        when 'wechat' then {{ json_text(payload, ['template_id']) }}
        else {{ json_text(payload, ['name']) }}
    end
{%- endmacro %}
