with

consent_events as (

    select * from {{ ref('stg_crm__consent_events') }}

    where
        received_at <= {{ as_of() }}
        -- A grant dated ahead of the clock waits until its time has come (R3).
        and coalesce(
            occurred_at
            <= {{ dbt.dateadd('minute', var('clock_skew_minutes'), as_of()) }},
            true
        )

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

contact_points as (

    select * from {{ ref('int_contact_point_versions') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

-- A yes by a contact point is nobody's where it ever had another owner.
owners as (

    select
        contact_points.contact_point_id,
        min(contact_points.customer_id) as customer_id

    from contact_points

    inner join customer_merges
        on contact_points.customer_id = customer_merges.customer_id

    group by contact_points.contact_point_id

    having count(distinct customer_merges.canonical_customer_id) = 1

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
        coalesce(consent_events.customer_id, owners.customer_id)
            as given_by_customer_id,
        consent_events.contact_point_id,
        consent_events.channel,
        consent_events.purpose,
        consent_events.sender_id,
        consent_events.action,
        consent_events.basis,
        consent_events.actor,
        consent_events.method,
        consent_events.text_version,
        consent_events.occurred_precision,
        -- A date that cannot be is none; nobody says yes after we heard of it (R3).
        case
            when
                consent_events.occurred_at
                >= cast('2000-01-01' as {{ dbt.type_timestamp() }})
                then least(consent_events.occurred_at, consent_events.received_at)
        end as occurred_at,
        consent_events.received_at

    from consent_events

    left join owners
        on consent_events.contact_point_id = owners.contact_point_id

    left join channels
        on consent_events.channel = channels.channel

    where
        consent_events.action in {{ yes_actions() }}
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

people as (

    select
        customer_merges.customer_id as given_by_customer_id,
        customer_merges.canonical_customer_id as customer_id,
        customers.country_code

    from customer_merges

    left join customers
        on customer_merges.canonical_customer_id = customers.customer_id

),

placed as (

    select
        events.*,
        people.customer_id,
        coalesce(own_rules.double_opt_in, default_rules.double_opt_in)
            as needs_confirmation,
        coalesce(
            own_rules.confirm_within_days,
            default_rules.confirm_within_days
        ) as confirm_within_days,
        -- An empty term of a country's own row is no term, not the default's.
        {%- for rule in [
            'lifetime_months', 'unused_months', 'reconfirm_months', 'soft_opt_in',
            'soft_opt_in_months',
        ] %}
        case
            when own_rules.country_code is not null then own_rules.{{ rule }}
            else default_rules.{{ rule }}
        end as {{ rule }}{{ ',' if not loop.last }}
        {%- endfor %}

    from events

    inner join people
        on events.given_by_customer_id = people.given_by_customer_id

    left join consent_rules as own_rules
        on people.country_code = own_rules.country_code

    left join consent_rules as default_rules
        on default_rules.country_code = '*'

),

requests as (

    select * from placed

    where action = 'request'

),

confirmed as (

    select
        confirmations.consent_event_id,
        max(requests.method) as method,
        max(requests.text_version) as text_version

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

    group by confirmations.consent_event_id

),

-- A notice renews what it names and everything narrower; one that came late is not
-- trusted, as a grant would not be (R4).
renewals as (

    select
        placed.consent_event_id,
        placed.action,
        max(notices.occurred_at) as renewed_at

    from placed

    inner join placed as notices
        on
            placed.customer_id = notices.customer_id
            and notices.channel in ('*', placed.channel)
            and notices.purpose in ('*', placed.purpose)
            and notices.sender_id in ('*', placed.sender_id)
            and placed.occurred_at <= notices.occurred_at
            and notices.received_at <= {{ dbt.dateadd(
                'day', var('late_grant_limit_days'), 'notices.occurred_at'
            ) }}

    where
        placed.action in ('grant', 'confirm')
        and notices.action = 'renew_notice'

    group by
        placed.consent_event_id,
        placed.action

),

-- Of whom an order stands behind a yes.
last_purchases as (

    select
        customer_id,
        max(ordered_at) as last_ordered_at

    from purchases

    where
        customer_id in (
            select placed.customer_id from placed

            where placed.basis = 'existing_customer'
        )

    group by customer_id

),

timed as (

    select
        placed.*,
        confirmed.consent_event_id is not null as is_confirmed,
        coalesce(placed.method, confirmed.method) is not null
        and coalesce(placed.text_version, confirmed.text_version) is not null
        and placed.occurred_at is not null as has_proof,
        coalesce(renewals.renewed_at, placed.occurred_at) as renewed_at,
        {{ dbt.dateadd(
            'month', 'placed.lifetime_months', 'placed.occurred_at'
        ) }} as lifetime_ends_at,
        {{ dbt.dateadd(
            'month',
            'placed.reconfirm_months',
            'coalesce(renewals.renewed_at, placed.occurred_at)'
        ) }} as reconfirm_due_at,
        -- Where the law names no term our own lifetime is one; without any, none holds.
        {{ dbt.dateadd(
            'month',
            'coalesce(placed.soft_opt_in_months, placed.lifetime_months)',
            'last_purchases.last_ordered_at'
        ) }} as soft_ends_at

    from placed

    left join confirmed
        on
            placed.consent_event_id = confirmed.consent_event_id
            and placed.action = 'confirm'

    left join renewals
        on
            placed.consent_event_id = renewals.consent_event_id
            and placed.action = renewals.action

    left join last_purchases
        on placed.customer_id = last_purchases.customer_id

    where placed.action != 'renew_notice'

),

judged as (

    select
        timed.*,
        -- Nobody we know of said it, or a machine did: no yes in so many words.
        coalesce(actor in ('self', 'agent', 'guardian'), false)
        and coalesce(basis, '') != 'import'
        and (
            action = 'confirm'
            or coalesce(basis, '') in ('express', 'express_double')
        ) as is_explicit,
        -- A shop's system may note that somebody bought; the order must be there too.
        coalesce(
            action = 'grant'
            and basis = 'existing_customer'
            and actor in ('self', 'agent', 'guardian', 'system')
            and soft_opt_in
            and soft_ends_at > {{ as_of() }}
            and coalesce(lifetime_ends_at > {{ as_of() }}, true)
            and coalesce(reconfirm_due_at > {{ as_of() }}, true)
            and occurred_at is not null,
            false
        ) as is_soft

    from timed

),

final as (

    select

        ---------- ids
        consent_event_id,
        given_by_customer_id,
        customer_id,
        contact_point_id,
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
            when is_soft then 'granted_soft'
            when is_explicit is not true then 'not_explicit'
            when
                action = 'grant'
                and needs_confirmation is not false
                and basis != 'express_double'
                then 'pending'
            when occurred_at is null then 'proof_incomplete'
            when lifetime_ends_at <= {{ as_of() }} then 'expired'
            when reconfirm_due_at <= {{ as_of() }} then 'reconfirm_overdue'
            else 'granted'
        end as consent_status,

        ---------- numbers
        unused_months,

        ---------- booleans
        coalesce(actor = 'self' and coalesce(basis, '') != 'import', false)
            as is_said_by_the_person,
        has_proof,
        coalesce(occurred_precision, 'second') = 'millisecond' as has_milliseconds,

        ---------- timestamps
        occurred_at as effective_at,
        renewed_at,
        case
            when is_soft
                then least(soft_ends_at, coalesce(lifetime_ends_at, soft_ends_at))
            else lifetime_ends_at
        end as expires_at,
        reconfirm_due_at,
        received_at

    from judged

)

select * from final
