{{ config(enabled=has_channel('wechat')) }}

with

source as (

    select * from {{ source('channels', 'raw_wechat_webhooks') }}

),

marked as (

    select
        {{ dbt.hash("coalesce(payload, '')") }} as payload_hash,
        nullif(sender_id, '') as sender_id,
        {{ xml_marked('payload') }} as body,
        -- A torn body tells nothing, not even what stands in its first half.
        coalesce(
            {{ trimmed("translate(payload, chr(9) || chr(10) || chr(13), '   ')") }}
            like '<xml>%</xml>',
            false
        ) as is_whole,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

-- PostgreSQL looks through a plain CTE and would mark the body again for each element.
numbered as (

    select
        marked.*,
        row_number() over (
            partition by payload_hash
            order by received_at asc nulls last, sender_id asc nulls last
        ) as receipt_number

    from marked

),

final as (

    select

        ---------- ids
        payload_hash,
        {{ xml_marked_text('body', 'MsgId') }} as inbound_message_id,
        {{ xml_marked_text('body', 'MsgID') }} as outbound_message_id,
        {{ xml_marked_text('body', 'FromUserName') }} as openid,
        {{ xml_marked_text('body', 'ToUserName') }} as account_id,
        sender_id,

        ---------- strings
        lower({{ xml_marked_text('body', 'MsgType') }}) as message_type,
        lower({{ xml_marked_text('body', 'Event') }}) as event,
        -- A tap on a menu in a message comes as words, with its id beside them.
        coalesce(
            {{ xml_marked_text('body', 'EventKey') }},
            {{ xml_marked_text('body', 'bizmsgmenuid') }}
        ) as event_key,
        {{ xml_marked_text('body', 'Content') }} as written_text,
        lower({{ xml_marked_text('body', 'Status') }}) as job_status,
        {{ xml_marked_text('body', 'ErrorCode') }} as error_code,
        lower({{ xml_marked_text('body', 'ErrorStatus') }}) as error_status,
        {{ xml_marked_text('body', 'CreateTime') }} as created_epoch,

        ---------- booleans
        is_whole,
        {{ xml_marked_text('body', 'Encrypt') }} is not null as is_encrypted,

        ---------- integers
        receipt_number,

        ---------- timestamps
        received_at

    from numbered

)

select * from final
