{{ config(enabled=has_channel('kakao')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_kakao_webhooks'), ['sender_id']) }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('payload', ['id']) }} as kakao_user_id,
        {{ json_text('payload', ['channel_public_id']) }} as channel_public_id,
        nullif(sender_id, '') as sender_id,

        ---------- strings
        {{ json_text('payload', ['id_type']) }} as id_type,
        lower({{ json_text('payload', ['event']) }}) as action,

        ---------- timestamps
        {{ try_timestamp(json_text('payload', ['updated_at'])) }} as occurred_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

identified as (

    select * from renamed

    where
        action in ('added', 'blocked')
        and {{ regexp_like('kakao_user_id', '^[0-9A-Za-z_=.+/-]+$') }}
        and id_type in ('app_user_id', 'open_id')
        -- A stop is not lost over its time or its channel; a friendship without them
        -- opens nothing.
        and (
            action = 'blocked'
            or (
                occurred_at is not null
                and {{ regexp_like('channel_public_id', '^[0-9A-Za-z_=.+/-]+$') }}
            )
        )

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=[
            'kakao_user_id', 'id_type', 'channel_public_id', 'action', 'occurred_at',
        ],
        order_by=['received_at asc nulls last', 'sender_id asc nulls last'],
    ) }}

),

final as (

    select

        ---------- ids
        kakao_user_id,
        channel_public_id,
        sender_id,

        ---------- strings
        id_type,
        action,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
