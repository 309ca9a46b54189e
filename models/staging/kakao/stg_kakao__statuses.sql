{{ config(enabled=has_channel('kakao')) }}

with

source as (

    {{ webhook_calls(source('channels', 'raw_kakao_webhooks'), ['sender_id']) }}

),

calls as (

    select
        payload,
        nullif(sender_id, '') as sender_id,
        {{ try_timestamp('received_at') }} as received_at

    from source

    where upper({{ json_text('payload', ['event']) }}) = 'MESSAGE_RESULT_UPDATE'

),

hooks as (

    select
        calls.sender_id,
        {{ json_element('hook', as_column=true) }},
        {{ json_text(json_element('hook'), ['receiveDate']) }} as receive_date,
        calls.received_at

    from calls

    {{ json_elements(json_value('calls.payload', ['hooks']), 'hook') }}

),

renamed as (

    select

        ---------- ids
        {{ json_text('hook', ['requestId']) }} as request_id,
        {{ try_bigint(json_text('hook', ['recipientSeq'])) }} as recipient_seq,
        {{ json_text('hook', ['hookId']) }} as hook_id,
        {{ json_text('hook', ['recipientNo']) }} as recipient_no,
        {{ json_text('hook', ['senderGroupingKey']) }} as sender_grouping_key,
        {{ json_text('hook', ['recipientGroupingKey']) }} as recipient_grouping_key,
        sender_id,

        ---------- strings
        lower({{ json_text('hook', ['kakaoMessageType']) }}) as message_type,
        upper({{ json_text('hook', ['resultCode']) }}) as result_code,

        ---------- timestamps
        -- NHN Cloud's dates carry no offset: they are Korean time, which has no summer
        -- time. A day without an hour is no instant.
        case
            when {{ regexp_like(
                'receive_date', ':[0-9.]+ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
            ) }}
                then {{ try_timestamp('receive_date') }}
            when {{ regexp_like('receive_date', ':[0-9.]+$') }}
                then {{ try_timestamp("receive_date || '+09:00'") }}
        end as occurred_at,
        received_at

    from hooks

),

identified as (

    select * from renamed

    where
        {{ regexp_like('request_id', '^[0-9A-Za-z_-]+$') }}
        and recipient_seq is not null
        and {{ regexp_like('result_code', '^[0-9A-Z_-]+$') }}

),

-- Webhooks repeat: the first receipt is kept.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['request_id', 'recipient_seq', 'result_code'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'hook_id asc nulls last',
            'recipient_no asc nulls last',
            'message_type asc nulls last',
            'sender_grouping_key asc nulls last',
            'recipient_grouping_key asc nulls last',
            'sender_id asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        request_id,
        recipient_seq,
        hook_id,
        recipient_no,
        sender_grouping_key,
        recipient_grouping_key,
        sender_id,

        ---------- strings
        message_type,
        result_code,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
