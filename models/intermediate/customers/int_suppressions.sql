with

reached as (

    select * from {{ ref('int_suppressions_reached') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

ranked as (

    select
        reached.*,
        row_number() over (
            partition by customer_id, suppression_id
            -- The version received last wins; one without an end wins a tie.
            order by
                coalesce(received_at, {{ as_of() }}) desc,
                case when ends_at is null then 0 else 1 end asc,
                ends_at desc nulls last,
                is_lifted asc,
                reason_code asc,
                channel asc,
                sender_id asc,
                purpose asc
        ) as version_rank

    from reached

),

final as (

    select

        ---------- ids
        customer_id,
        suppression_id,

        ---------- strings
        reason_code,
        channel,
        sender_id,
        purpose

    from ranked

    where
        version_rank = 1
        and is_lifted = 0
        and coalesce(starts_at, {{ as_of() }}) <= {{ as_of() }}
        and coalesce(ends_at > {{ as_of() }}, true)

)

select * from final
