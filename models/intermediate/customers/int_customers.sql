with

versions as (

    select * from {{ ref('stg_crm__customers') }}

    where coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

countries as (

    select * from {{ ref('countries') }}

),

latest as (

    select
        versions.*,
        row_number() over (
            partition by versions.customer_id
            -- As in int_customer_merges; a minor wins a tie. The rest makes the order
            -- total.
            order by
                versions.received_at desc nulls last,
                case when versions.is_minor then 0 else 1 end asc,
                coalesce(versions.merged_into_customer_id, '') desc,
                coalesce(cast(versions.erased_at as {{ dbt.type_string() }}), '') desc,
                coalesce(versions.country_code, '') desc,
                coalesce(versions.attributes, '') desc,
                coalesce(versions.time_zone, '') desc,
                coalesce(versions.subdivision_code, '') desc,
                coalesce(versions.language_code, '') desc,
                coalesce(versions.preferred_channel, '') desc,
                versions.created_at desc nulls last
        ) as version_rank

    from versions

    where versions.customer_id is not null

),

-- Whatever its date, and though a later version knows nothing of it.
erased as (

    select distinct customer_id from versions

    where erased_at is not null

),

-- When such a version came nobody knows: it may block, it never opens.
undated_minors as (

    select distinct customer_id from versions

    where
        is_minor
        and received_at is null

),

-- What blocks one id of a person blocks the person.
persons as (

    select
        customer_merges.canonical_customer_id,
        max(case when erased.customer_id is not null then 1 else 0 end) as erased_ids,
        max(
            case
                when latest.is_minor or undated_minors.customer_id is not null then 1
                else 0
            end
        ) as minor_ids,
        min(case when customer_merges.is_merge_resolved then 1 else 0 end)
            as resolved_ids

    from latest

    inner join customer_merges
        on latest.customer_id = customer_merges.customer_id

    left join undated_minors
        on latest.customer_id = undated_minors.customer_id

    left join erased
        on latest.customer_id = erased.customer_id

    where latest.version_rank = 1

    group by customer_merges.canonical_customer_id

),

final as (

    select

        ---------- ids
        latest.customer_id,

        ---------- strings
        coalesce(countries.country_code, country_names.country_code) as country_code,
        coalesce(latest.country_code, '') as country_as_given,
        latest.subdivision_code,
        latest.language_code,
        latest.time_zone,
        latest.preferred_channel,
        latest.attributes,

        ---------- booleans
        persons.erased_ids = 0 as is_not_erased,
        persons.minor_ids = 0 as is_not_minor,
        persons.resolved_ids = 1 as is_merge_resolved,

        ---------- timestamps
        latest.created_at

    from persons

    inner join latest
        on
            persons.canonical_customer_id = latest.customer_id
            and latest.version_rank = 1

    left join countries
        on latest.country_code = countries.country_code

    left join country_names
        on latest.country_code = country_names.country_name

)

select * from final
