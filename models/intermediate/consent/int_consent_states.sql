with

grants as (

    select * from {{ ref('int_consent_grants') }}

),

combinations as (

    select * from {{ ref('int_eligibility_combinations') }}

),

withdrawals as (

    select * from {{ ref('int_withdrawals_reached') }}

    -- A withdrawal counts at once, whatever its date (R3).
    where
        is_lifted = 0
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

-- A grant acts for the person who gave it, and for its sender only (R6, R8).
scoped_grants as (

    select
        combinations.channel as judged_channel,
        combinations.sender_id as judged_sender_id,
        combinations.purpose as judged_purpose,
        grants.*

    from grants

    inner join combinations
        on
            (grants.channel = '*' or grants.channel = combinations.channel)
            and (grants.purpose = '*' or grants.purpose = combinations.purpose)
            and (
                grants.sender_id = '*'
                or grants.sender_id = combinations.sender_id
            )

),

events as (

    select
        customer_id,
        judged_channel,
        judged_sender_id,
        judged_purpose,
        withdrawal_id as consent_event_id,
        'withdrawn' as consent_status,
        withdrawn_at as decided_by_event_at,
        cast(null as {{ dbt.type_timestamp() }}) as expires_at,
        0 as status_rank

    from withdrawals

    union all

    select
        customer_id,
        judged_channel,
        judged_sender_id,
        judged_purpose,
        consent_event_id,
        consent_status,
        effective_at as decided_by_event_at,
        expires_at,
        case consent_status
            when 'granted' then 1
            when 'expired' then 2
            when 'pending' then 3
            when 'in_review' then 4
            else 5
        end as status_rank

    from scoped_grants

),

ranked as (

    select
        events.*,
        row_number() over (
            partition by
                customer_id,
                judged_channel,
                judged_sender_id,
                judged_purpose
            -- A standing withdrawal beats any yes; then the best and latest yes.
            order by
                status_rank asc,
                decided_by_event_at desc,
                consent_event_id desc
        ) as event_rank

    from events

),

final as (

    select

        ---------- ids
        customer_id,
        judged_sender_id as sender_id,
        consent_event_id,

        ---------- strings
        judged_channel as channel,
        judged_purpose as purpose,
        consent_status,

        ---------- timestamps
        decided_by_event_at,
        expires_at

    from ranked

    where event_rank = 1

)

select * from final
