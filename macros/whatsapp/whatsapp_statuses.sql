{#- What became of messages, of changes of WhatsApp's webhook: a whole select, one row per
    status as often as it was received. One that cannot be told apart is set aside. -#}
{% macro whatsapp_statuses(changes) -%}
with

statuses as (

    {{ json_unnested(
        columns=['changes.value', 'changes.received_at'],
        relation=changes ~ ' as changes',
        expression=json_value('changes.value', ['statuses']),
        alias='status',
        condition="changes.field = 'messages'",
    ) }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('status', ['id']) }} as message_id,
        {{ json_text('value', ['metadata', 'phone_number_id']) }} as phone_number_id,
        {{ json_text('status', ['recipient_id']) }} as wa_id,
        {{ json_text('status', ['recipient_user_id']) }} as user_id,
        {{ json_text('status', ['biz_opaque_callback_data']) }} as delivery_key,

        ---------- strings
        lower({{ json_text('status', ['status']) }}) as message_status,
        {{ json_text('status', ['errors', 0, 'code']) }} as error_code,

        ---------- timestamps
        {{ from_epoch(json_text('status', ['timestamp'])) }} as occurred_at,
        received_at

    from statuses

)

select * from renamed

where
    message_id is not null
    and message_status is not null
{%- endmacro %}
