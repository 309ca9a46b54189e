{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
) }}

{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{%- set never = 'cast(null as ' ~ dbt.type_timestamp() ~ ')' %}

with

changes as (

    {{ whatsapp_changes(is_to_keep()) | indent }}

),

statuses as (

    {{ whatsapp_statuses('changes') | indent }}

),

messages as (

    {{ whatsapp_messages('changes') | indent }}

),

final as (

    select
        'change' as kind,
        waba_id,
        field,
        value,
        {{ nothing }} as message_id,
        {{ nothing }} as phone_number_id,
        {{ nothing }} as wa_id,
        {{ nothing }} as user_id,
        {{ nothing }} as delivery_key,
        {{ nothing }} as context_message_id,
        {{ nothing }} as message_status,
        {{ nothing }} as error_code,
        {{ nothing }} as message_type,
        {{ nothing }} as message_text,
        {{ nothing }} as button_text,
        entry_at,
        {{ never }} as occurred_at,
        received_at

    from changes

    where field != 'messages'

    union all

    select
        'status' as kind,
        {{ nothing }} as waba_id,
        {{ nothing }} as field,
        {{ nothing }} as value,
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        delivery_key,
        {{ nothing }} as context_message_id,
        message_status,
        error_code,
        {{ nothing }} as message_type,
        {{ nothing }} as message_text,
        {{ nothing }} as button_text,
        {{ never }} as entry_at,
        occurred_at,
        received_at

    from statuses

    union all

    select
        'message' as kind,
        {{ nothing }} as waba_id,
        {{ nothing }} as field,
        {{ nothing }} as value,
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        {{ nothing }} as delivery_key,
        context_message_id,
        {{ nothing }} as message_status,
        {{ nothing }} as error_code,
        message_type,
        message_text,
        button_text,
        {{ never }} as entry_at,
        occurred_at,
        received_at

    from messages

)

select * from final
