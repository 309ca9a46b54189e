with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

    where field = 'messages'

),

statuses as (

    select
        changes.change_value,
        changes.received_at,
        status

    from changes

    {{ json_elements(json_value('changes.change_value', ['statuses']), 'status') }}

),

errors as (

    select
        statuses.status,
        max({{ json_text('error', ['code']) }}) as error_code

    from statuses

    {{ json_elements(json_value('statuses.status', ['errors']), 'error') }}

    group by statuses.status

),

renamed as (

    select

        ---------- ids
        {{ json_text('statuses.status', ['id']) }} as message_id,
        {{ json_text('statuses.change_value', ['metadata', 'phone_number_id']) }}
            as phone_number_id,
        {{ json_text('statuses.status', ['recipient_id']) }} as wa_id,
        {{ json_text('statuses.status', ['recipient_user_id']) }} as user_id,
        {{ json_text('statuses.status', ['biz_opaque_callback_data']) }}
            as delivery_key,

        ---------- strings
        {{ json_text('statuses.status', ['status']) }} as status,
        errors.error_code,

        ---------- timestamps
        {{ from_epoch(json_text('statuses.status', ['timestamp'])) }} as occurred_at,
        statuses.received_at

    from statuses

    left join errors
        on statuses.status = errors.status

),

ranked as (

    select
        renamed.*,
        row_number() over (
            partition by message_id, status
            -- Webhooks repeat: the first receipt is kept.
            order by
                received_at asc nulls last,
                occurred_at asc nulls last,
                error_code asc nulls last
        ) as receipt_rank

    from renamed

    where
        message_id is not null
        and status is not null

),

final as (

    select
        message_id,
        phone_number_id,
        wa_id,
        user_id,
        delivery_key,
        status,
        error_code,
        occurred_at,
        received_at

    from ranked

    where receipt_rank = 1

)

select * from final
