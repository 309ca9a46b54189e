{{ config(enabled=has_channel('wechat')) }}

with

webhooks as (

    select * from {{ ref('stg_wechat__webhooks') }}

),

judged as (

    select
        payload_hash as row_key,
        case
            when is_whole is not true then 'broken_xml'
            when message_type is null and is_encrypted then 'encrypted_body'
            when message_type is null then 'unknown_shape'
            when message_type = 'event' and event is null then 'unknown_shape'
            when openid is null then 'without_openid'
            when message_type != 'event' and inbound_message_id is null
                then 'message_without_id'
            when
                message_type = 'event'
                and event = 'templatesendjobfinish'
                and (outbound_message_id is null or job_status is null)
                then 'status_without_id'
            when
                message_type = 'event'
                and event = 'subscribe_msg_sent_event'
                and (outbound_message_id is null or error_code is null)
                then 'status_without_id'
            when account_id is null then 'without_account'
            when {{ from_epoch('created_epoch') }} is null then 'unreadable_timestamp'
            when received_at is null then 'unreadable_received_at'
        end as rejection_code,
        received_at

    from webhooks

),

final as (

    select

        ---------- strings
        row_key,
        rejection_code,

        ---------- timestamps
        received_at

    from judged

    where rejection_code is not null

)

select * from final
