{#- Whether a sender may send for a purpose: in doubt it may not. -#}
{% macro may_sender_send(senders, purpose) -%}
    coalesce({{ senders }}.sender_status = 'active', false)
        and (
            {{ senders }}.allowed_purposes is null
            or {{ is_listed(purpose, senders ~ '.allowed_purposes') }}
        )
{%- endmacro %}
