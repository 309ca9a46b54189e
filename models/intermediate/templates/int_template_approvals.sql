with

catalogue as (

    select * from {{ ref('stg_templates__catalogue') }}

    where fetched_at <= {{ as_of() }}

),

template_events as (

    select * from {{ ref('stg_whatsapp__template_events') }}

    where
        received_at <= {{ as_of() }}
        and event != 'CATEGORY_UPDATE'

),

-- Each time somebody told us how a template stood.
sightings as (

    select
        account_id,
        template_name,
        lower(language_code) as language_key,
        coalesce(status, 'unknown') as status,
        fetched_at as seen_at

    from catalogue

    union all

    select
        waba_id as account_id,
        template_name,
        lower(replace(language_code, '-', '_')) as language_key,
        event as status,
        -- A clock that runs ahead does not make the wait shorter.
        least(coalesce(occurred_at, received_at), received_at) as seen_at

    from template_events

    where template_name is not null

),

bounds as (

    select
        account_id,
        template_name,
        language_key,
        min(case when status = 'PENDING' then seen_at end) as first_pending_at,
        max(case when status != 'PENDING' then seen_at end) as last_answer_at

    from sightings

    group by
        account_id,
        template_name,
        language_key

),

timed as (

    select
        sightings.account_id,
        sightings.template_name,
        sightings.language_key,
        min(
            case
                when
                    sightings.status = 'PENDING'
                    and coalesce(sightings.seen_at >= bounds.last_answer_at, true)
                    then sightings.seen_at
            end
        ) as waiting_since,
        bounds.first_pending_at,
        min(
            case
                when
                    sightings.status = 'APPROVED'
                    and sightings.seen_at > bounds.first_pending_at
                    then sightings.seen_at
            end
        ) as first_approved_at

    from sightings

    inner join bounds
        on
            sightings.account_id = bounds.account_id
            and sightings.template_name = bounds.template_name
            and sightings.language_key = bounds.language_key

    group by
        sightings.account_id,
        sightings.template_name,
        sightings.language_key,
        bounds.first_pending_at

),

final as (

    select

        ---------- ids
        account_id,

        ---------- strings
        template_name,
        language_key,

        ---------- numbers
        {{ dbt.datediff('waiting_since', as_of(), 'second') }}
            as waiting_seconds,
        {{ dbt.datediff('first_pending_at', 'first_approved_at', 'second') }}
            as approval_seconds,

        ---------- timestamps
        waiting_since,
        first_pending_at,
        first_approved_at

    from timed

    where
        waiting_since is not null
        or first_approved_at is not null

)

select * from final
