with

reached as (

    select * from {{ ref('int_suppressions_reached') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

-- An end before its beginning is none.
dated as (

    select
        reached.*,
        coalesce(starts_at <= {{ as_of() }}, true)
        and (
            coalesce(ends_at > {{ as_of() }}, true)
            or coalesce(ends_at < starts_at, false)
        ) as blocks_now

    from reached

),

ranked as (

    select
        dated.*,
        {{ entry_version_rank() | indent(4) }} as version_rank

    from dated

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
        and blocks_now

)

select * from final
