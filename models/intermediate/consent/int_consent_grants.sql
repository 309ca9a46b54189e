with

consent_events as (

    select * from {{ ref('stg_crm__consent_events') }}

    where
        received_at <= {{ as_of() }}
        -- A grant dated ahead of the clock waits until its time has come (R3).
        and occurred_at
        <= {{ dbt.dateadd('minute', var('clock_skew_minutes'), as_of()) }}
        and occurred_at >= cast('2000-01-01' as {{ dbt.type_timestamp() }})

),

contact_points as (

    select distinct
        contact_point_id,
        customer_id

    from {{ ref('int_contact_points') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

channels as (

    select * from {{ ref('channels') }}

),

consent_rules as (

    select * from {{ ref('consent_rules') }}

),

events as (

    select
        consent_events.consent_event_id,
        coalesce(consent_events.customer_id, contact_points.customer_id)
            as given_by_customer_id,
        consent_events.channel,
        consent_events.purpose,
        consent_events.sender_id,
        consent_events.action,
        consent_events.basis,
        consent_events.actor,
        consent_events.text_version,
        consent_events.occurred_precision,
        consent_events.occurred_at,
        consent_events.received_at

    from consent_events

    left join contact_points
        on consent_events.contact_point_id = contact_points.contact_point_id

    left join channels
        on consent_events.channel = channels.channel

    where
        consent_events.action in ('grant', 'request', 'confirm')
        -- What we do not know voids a grant.
        and (channels.channel is not null or consent_events.channel = '*')
        and consent_events.purpose in (
            'marketing',
            'marketing_night',
            'utility',
            'authentication',
            'service',
            '*'
        )
        and consent_events.sender_id is not null

),

placed as (

    select
        events.*,
        customer_merges.canonical_customer_id as customer_id,
        coalesce(own_rules.double_opt_in, default_rules.double_opt_in)
            as needs_confirmation,
        coalesce(
            own_rules.confirm_within_days,
            default_rules.confirm_within_days
        ) as confirm_within_days,
        case
            when own_rules.country_code is not null then own_rules.lifetime_months
            else default_rules.lifetime_months
        end as lifetime_months

    from events

    inner join customer_merges
        on events.given_by_customer_id = customer_merges.customer_id

    left join customers
        on customer_merges.canonical_customer_id = customers.customer_id

    left join consent_rules as own_rules
        on customers.country_code = own_rules.country_code

    left join consent_rules as default_rules
        on default_rules.country_code = '*'

),

requests as (

    select * from placed

    where action = 'request'

),

confirmed as (

    select distinct confirmations.consent_event_id

    from placed as confirmations

    inner join requests
        on
            confirmations.given_by_customer_id = requests.given_by_customer_id
            and confirmations.channel = requests.channel
            and confirmations.purpose = requests.purpose
            and confirmations.sender_id = requests.sender_id
            and confirmations.occurred_at >= requests.occurred_at
            and confirmations.occurred_at
            < {{ dbt.dateadd(
                'day', 'requests.confirm_within_days', 'requests.occurred_at'
            ) }}

    where confirmations.action = 'confirm'

),

judged as (

    select
        placed.*,
        confirmed.consent_event_id is not null as is_confirmed,
        {{ dbt.dateadd(
            'month', 'placed.lifetime_months', 'placed.occurred_at'
        ) }} as expires_at

    from placed

    left join confirmed
        on
            placed.consent_event_id = confirmed.consent_event_id
            and placed.action = 'confirm'

),

final as (

    select

        ---------- ids
        consent_event_id,
        given_by_customer_id,
        customer_id,
        sender_id,

        ---------- strings
        channel,
        purpose,
        text_version,
        case
            when received_at > {{ dbt.dateadd(
                'day', var('late_grant_limit_days'), 'occurred_at'
            ) }} then 'in_review'
            when action = 'request' then 'pending'
            when action = 'confirm' and is_confirmed is not true then 'pending'
            when
                action = 'grant'
                and coalesce(basis, '') not in ('express', 'express_double')
                then 'not_explicit'
            when
                action = 'grant'
                and needs_confirmation is not false
                and basis != 'express_double'
                then 'pending'
            when expires_at <= {{ as_of() }} then 'expired'
            else 'granted'
        end as consent_status,

        ---------- booleans
        coalesce(actor = 'self' and coalesce(basis, '') != 'import', false)
            as is_said_by_the_person,
        coalesce(occurred_precision, 'second') = 'millisecond' as has_milliseconds,

        ---------- timestamps
        occurred_at as effective_at,
        expires_at,
        received_at

    from judged

)

select * from final
