with

delivery_states as (

    select * from {{ ref('int_delivery_states') }}

    -- A message that failed later may have counted; one held back never left.
    where
        (is_messaged or is_proven_failed)
        and is_held_out is not true

),

senders as (

    select * from {{ ref('int_senders') }}

),

message_policies as (

    select * from {{ ref('message_policies') }}

),

-- What goes only as an answer is no message that we began. The past does not say more.
answers as (

    select
        channel,
        purpose

    from message_policies

    group by
        channel,
        purpose

    having min(case when needs_window then 1 else 0 end) = 1

),

final as (

    select distinct

        ---------- ids
        coalesce(senders.portfolio_id, senders.sender_id) as portfolio_id,
        delivery_states.customer_id

    from delivery_states

    inner join senders
        on delivery_states.sender_id = senders.sender_id

    left join answers
        on
            delivery_states.channel = answers.channel
            and delivery_states.purpose = answers.purpose

    where
        answers.channel is null
        and coalesce(
            delivery_states.messaged_at > {{ dbt.dateadd('hour', -24, as_of()) }},
            true
        )

)

select * from final
