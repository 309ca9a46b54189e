{#- A view without `as_of`: the nightly history filters it, `sync_settlements` asks it
    live. -#}
{{ config(materialized=view_or_table()) }}

with

delivery_events as (

    select * from {{ ref('stg_sync__delivery_events') }}

),

statuses as (

    select * from {{ ref('stg_whatsapp__statuses') }}

),

provider_statuses as (

    select * from {{ ref('stg_providers__statuses') }}

),

rcs_statuses as (

    {{ staged('rcs', 'stg_rcs__statuses', [
        'message_id', 'status', 'occurred_at', 'received_at',
    ]) }}

),

wechat_statuses as (

    {{ staged('wechat', 'stg_wechat__statuses', [
        'message_id', 'status', 'error_code', 'occurred_at', 'received_at',
    ]) }}

),

kakao_statuses as (

    {{ staged('kakao', 'stg_kakao__statuses', [
        'request_id', 'recipient_seq', 'recipient_grouping_key', 'result_code',
        'occurred_at', 'received_at',
    ]) }}

),

error_classes as (

    select * from {{ ref('provider_error_classes') }}

),

-- LINE says nothing of a message once it has taken it.
channel_statuses as (

    select
        'rcs' as provider,
        cast(null as {{ dbt.type_string() }}) as delivery_key,
        message_id as provider_message_id,
        case when status = 'expired' then 'failed' else status end as status,
        case when status = 'expired' then 'ttl_expiration_revoked' end as error_code,
        coalesce(occurred_at, received_at) as occurred_at,
        received_at

    from rcs_statuses

    -- What could not be taken back may still arrive.
    where status != 'revoke_failed'

    union all

    select
        'wechat' as provider,
        cast(null as {{ dbt.type_string() }}) as delivery_key,
        message_id as provider_message_id,
        case when status = 'success' then 'delivered' else 'failed' end as status,
        case
            when status != 'success'
                then coalesce(
                    error_code,
                    replace(
                        {{ trimmed(dbt.split_part('status', "':'", 2)) }}, ' ', '_'
                    )
                )
        end as error_code,
        coalesce(occurred_at, received_at) as occurred_at,
        received_at

    from wechat_statuses

    where
        status = 'success'
        or status like 'failed:%'

    union all

    -- NHN Cloud says our key back, and numbers a call's recipients. Only codes that are
    -- known to mean that nothing was delivered say so; all others leave the message as
    -- it is.
    select
        'kakao' as provider,
        case
            when {{ regexp_like(
                'kakao_statuses.recipient_grouping_key', '^[0-9a-f]{32}$'
            ) }}
                then kakao_statuses.recipient_grouping_key
        end as delivery_key,
        kakao_statuses.request_id || ':' || cast(
            kakao_statuses.recipient_seq as {{ dbt.type_string() }}
        ) as provider_message_id,
        case
            when kakao_statuses.result_code in ('1000', 'MRC01') then 'delivered'
            else 'failed'
        end as status,
        error_classes.code as error_code,
        coalesce(kakao_statuses.occurred_at, kakao_statuses.received_at)
            as occurred_at,
        kakao_statuses.received_at

    from kakao_statuses

    left join error_classes
        on
            error_classes.provider = 'kakao'
            and kakao_statuses.result_code = error_classes.code
            and error_classes.action != 'unknown'

    where
        kakao_statuses.result_code in ('1000', 'MRC01')
        or error_classes.code is not null

),

-- Millions of messages, of which few are spoken of at a time.
mentioned as (

    select message_id as provider_message_id from statuses

    union all

    select coalesce(batch_id, message_id) as provider_message_id from provider_statuses

    union all

    select provider_message_id from channel_statuses

),

-- A status without our key is found by the id the provider gave the message.
messages as (

    select distinct
        {{ provider_of('destination') }} as provider,
        provider_message_id,
        customer_id,
        delivery_key

    from delivery_events

    where
        provider_message_id in (
            select mentioned.provider_message_id from mentioned
        )

),

-- One id stands for a whole batch where the provider gives no better one: there the
-- customer must be the same.
found_at_providers as (

    select distinct
        coalesce(provider_statuses.delivery_key, messages.delivery_key)
            as delivery_key,
        coalesce(provider_statuses.batch_id, provider_statuses.message_id)
            as provider_message_id,
        provider_statuses.provider,
        provider_statuses.status,
        provider_statuses.error_code,
        coalesce(provider_statuses.occurred_at, provider_statuses.received_at)
            as occurred_at,
        provider_statuses.received_at

    from provider_statuses

    left join messages
        on
            provider_statuses.provider = messages.provider
            and coalesce(provider_statuses.batch_id, provider_statuses.message_id)
            = messages.provider_message_id
            and (
                provider_statuses.batch_id is null
                or provider_statuses.customer_id = messages.customer_id
            )

),

final as (

    select

        ---------- ids
        coalesce(statuses.delivery_key, messages.delivery_key) as delivery_key,
        statuses.message_id as provider_message_id,

        ---------- strings
        'meta' as provider,
        statuses.status,
        statuses.error_code,

        ---------- timestamps
        coalesce(statuses.occurred_at, statuses.received_at) as occurred_at,
        statuses.received_at

    from statuses

    left join messages
        on
            statuses.message_id = messages.provider_message_id
            and messages.provider = 'meta'

    where coalesce(statuses.delivery_key, messages.delivery_key) is not null

    union all

    select
        delivery_key,
        provider_message_id,
        provider,
        status,
        error_code,
        occurred_at,
        received_at

    from found_at_providers

    where delivery_key is not null

    union all

    select
        coalesce(channel_statuses.delivery_key, messages.delivery_key) as delivery_key,
        channel_statuses.provider_message_id,
        channel_statuses.provider,
        channel_statuses.status,
        channel_statuses.error_code,
        channel_statuses.occurred_at,
        channel_statuses.received_at

    from channel_statuses

    left join messages
        on
            channel_statuses.provider = messages.provider
            and channel_statuses.provider_message_id = messages.provider_message_id

    where coalesce(channel_statuses.delivery_key, messages.delivery_key) is not null

)

select * from final
