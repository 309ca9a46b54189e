with

grants as (

    select * from {{ ref('int_consent_grants') }}

),

combinations as (

    select * from {{ ref('int_consent_combinations') }}

),

withdrawals as (

    select * from {{ ref('int_withdrawals_reached_known') }}

    -- A withdrawal counts at once, whatever its date (R3).
    where
        is_lifted = 0
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

uses as (

    select * from {{ ref('int_consent_uses') }}

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
            and (
                grants.purpose = combinations.purpose
                -- The night needs a yes of its own.
                or (
                    grants.purpose = '*'
                    and combinations.purpose != 'marketing_night'
                )
            )
            and (
                grants.sender_id = '*'
                or grants.sender_id = combinations.sender_id
            )

),

last_uses as (

    select
        scoped_grants.consent_event_id,
        scoped_grants.customer_id,
        scoped_grants.judged_channel,
        scoped_grants.judged_sender_id,
        scoped_grants.judged_purpose,
        max(uses.last_used_at) as last_used_at

    from scoped_grants

    inner join uses
        on
            scoped_grants.customer_id = uses.customer_id
            and scoped_grants.judged_channel = uses.channel
            and scoped_grants.judged_sender_id = uses.sender_id
            and uses.purpose in ('*', scoped_grants.judged_purpose)

    where scoped_grants.unused_months is not null

    group by
        scoped_grants.consent_event_id,
        scoped_grants.customer_id,
        scoped_grants.judged_channel,
        scoped_grants.judged_sender_id,
        scoped_grants.judged_purpose

),

timed_grants as (

    select
        scoped_grants.*,
        {{ dbt.dateadd(
            'month',
            'scoped_grants.unused_months',
            'greatest(scoped_grants.renewed_at, '
            ~ 'coalesce(last_uses.last_used_at, scoped_grants.renewed_at))',
        ) }} as unused_ends_at

    from scoped_grants

    left join last_uses
        on
            scoped_grants.consent_event_id = last_uses.consent_event_id
            and scoped_grants.customer_id = last_uses.customer_id
            and scoped_grants.judged_channel = last_uses.judged_channel
            and scoped_grants.judged_sender_id = last_uses.judged_sender_id
            and scoped_grants.judged_purpose = last_uses.judged_purpose

),

judged_grants as (

    select
        customer_id,
        judged_channel,
        judged_sender_id,
        judged_purpose,
        consent_event_id,
        case
            when
                consent_status in ('granted', 'granted_soft', 'reconfirm_overdue')
                and unused_ends_at <= {{ as_of() }}
                then 'expired'
            when
                consent_status in ('granted', 'granted_soft', 'reconfirm_overdue')
                and judged_purpose in ('marketing', 'marketing_night')
                and has_proof is not true
                then 'proof_incomplete'
            else consent_status
        end as consent_status,
        effective_at,
        -- Whichever comes first; nothing else is asked where there is no such term.
        {%- set far = "cast('9999-12-31' as " ~ dbt.type_timestamp() ~ ")" %}
        nullif(
            least(
                coalesce(expires_at, {{ far }}),
                coalesce(unused_ends_at, {{ far }})
                {%- if var('reconfirm_overdue_blocks') %},
                coalesce(reconfirm_due_at, {{ far }})
                {%- endif %}
            ),
            {{ far }}
        ) as expires_at

    from timed_grants

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
            when 'granted_soft' then 2
            when 'reconfirm_overdue' then 3
            when 'expired' then 4
            when 'pending' then 5
            when 'in_review' then 6
            when 'proof_incomplete' then 7
            else 8
        end as status_rank

    from judged_grants

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
                decided_by_event_at desc nulls last,
                consent_event_id desc nulls last
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
