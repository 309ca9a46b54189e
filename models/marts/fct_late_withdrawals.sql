with

deliveries as (

    select * from {{ ref('int_delivery_states') }}

    where
        is_messaged
        and is_held_out is false

),

withdrawals as (

    select * from {{ ref('int_withdrawals_heard') }}

),

grants as (

    select * from {{ ref('int_consent_grants') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

-- Sent when it had been said, and nobody here knew.
late as (

    select
        deliveries.delivery_key,
        deliveries.campaign_id,
        deliveries.customer_id,
        deliveries.sender_id,
        deliveries.channel,
        coalesce(deliveries.purpose, 'marketing') as sent_purpose,
        deliveries.messaged_at,
        withdrawals.withdrawal_id,
        withdrawals.effective_at as withdrawn_at,
        withdrawals.received_at

    from deliveries

    left join senders
        on deliveries.sender_id = senders.sender_id

    inner join withdrawals
        on
            deliveries.customer_id = withdrawals.customer_id
            and deliveries.messaged_at >= withdrawals.effective_at
            and deliveries.messaged_at < withdrawals.received_at
            and withdrawals.channel in ('*', deliveries.channel)
            and withdrawals.purpose
            in ('*', coalesce(deliveries.purpose, 'marketing'))
            and coalesce(senders.brand_id = withdrawals.brand_id, true)

),

-- The person had said yes again before it was sent.
lifted as (

    select distinct
        late.delivery_key,
        late.withdrawal_id

    from late

    inner join withdrawals
        on
            late.withdrawal_id = withdrawals.withdrawal_id
            and late.customer_id = withdrawals.customer_id
            and late.withdrawn_at = withdrawals.effective_at

    inner join grants
        on
            late.customer_id = grants.customer_id
            and grants.channel in ('*', late.channel)
            and grants.purpose in ('*', late.sent_purpose)
            and grants.sender_id in ('*', late.sender_id)
            and late.messaged_at >= grants.effective_at
            and {{ grant_lifts_withdrawal('grants', 'withdrawals') }}

),

ranked as (

    select
        late.*,
        row_number() over (
            partition by late.delivery_key
            -- The withdrawal said first; the one heard of first wins a tie.
            order by
                late.withdrawn_at asc,
                late.received_at asc,
                late.withdrawal_id asc
        ) as withdrawal_rank

    from late

    left join lifted
        on
            late.delivery_key = lifted.delivery_key
            and late.withdrawal_id = lifted.withdrawal_id

    where lifted.delivery_key is null

),

final as (

    select

        ---------- ids
        delivery_key,
        campaign_id,
        customer_id,
        sender_id,
        withdrawal_id,

        ---------- strings
        channel,
        sent_purpose as purpose,

        ---------- timestamps
        withdrawn_at,
        messaged_at as sent_at,
        received_at as withdrawal_received_at

    from ranked

    where withdrawal_rank = 1

)

select * from final
