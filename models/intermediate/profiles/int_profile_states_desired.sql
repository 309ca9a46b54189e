{%- set longest_until = dbt.dateadd('hour', var('profile_flag_hours'), as_of()) -%}

with

flags as (

    select * from {{ ref('int_profile_flags') }}

),

profile_flags as (

    select * from {{ ref('profile_flags') }}

),

known as (

    select * from {{ ref('int_profile_states_known') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

true_flags as (

    select * from flags

    where is_flag_true

),

given_before as (

    select * from known

    where has_been_given

),

-- Only memory can tell who once had a flag: customers may be gone or merged, and flags
-- deleted. Nobody else is told `false`, which would cost a data point each.
false_flags as (

    select
        given_before.destination,
        given_before.customer_id,
        given_before.attribute as flag_name,
        case
            when flags.reason_code is not null then flags.reason_code
            when customer_merges.customer_id is null then 'customer_missing'
            when customer_merges.canonical_customer_id != given_before.customer_id
                then 'merged_away'
            when profile_flags.flag_name is null then 'flag_removed'
            else 'not_judged'
        end as reason_code

    from given_before

    left join flags
        on
            given_before.destination = flags.destination
            and given_before.customer_id = flags.customer_id
            and given_before.attribute = flags.flag_name

    left join customer_merges
        on given_before.customer_id = customer_merges.customer_id

    left join profile_flags
        on
            given_before.destination = profile_flags.destination
            and given_before.attribute = profile_flags.flag_name

    where
        flags.is_flag_true is not true
        and given_before.attribute not like 'subscription_group:%'
        -- Never ours as flags: the names beside one.
        and {{ dbt.right('given_before.attribute', 6) }} != '_until'
        and {{ dbt.right('given_before.attribute', 7) }} != '_reason'

),

timed as (

    select
        true_flags.*,
        least(
            {{ longest_until }},
            coalesce(true_flags.consent_ends_at, {{ longest_until }})
        ) as latest_until_at,
        {{ try_timestamp('known.accepted_value') }} as last_until_at

    from true_flags

    left join known
        on
            true_flags.destination = known.destination
            and true_flags.customer_id = known.customer_id
            and true_flags.flag_name || '_until' = known.attribute

),

until_instants as (

    select
        timed.*,
        -- Kept while it reaches far enough: an unchanged profile costs nothing.
        case
            when
                last_until_at > {{ dbt.dateadd(
                    'hour', var('profile_flag_refresh_hours'), as_of()
                ) }}
                and last_until_at <= latest_until_at
                then last_until_at
            else latest_until_at
        end as until_at

    from timed

),

-- Whom a platform has heard of through us, or hears of tonight.
told as (

    select
        destination,
        customer_id

    from given_before

    {{ union_distinct() }}

    select
        destination,
        customer_id

    from true_flags

),

group_stops as (

    select distinct
        destination,
        customer_id,
        subscription_group_id

    from flags

    where
        subscription_group_id is not null
        and has_not_said_stop_anywhere is not true

),

-- A stop reaches every profile of the person, one merged away included.
unsubscribed as (

    select
        told.destination,
        told.customer_id,
        group_stops.subscription_group_id

    from told

    inner join customer_merges
        on told.customer_id = customer_merges.customer_id

    inner join group_stops
        on
            told.destination = group_stops.destination
            and customer_merges.canonical_customer_id = group_stops.customer_id

),

ranked_grants as (

    select
        flags.*,
        row_number() over (
            partition by
                flags.destination,
                flags.customer_id,
                flags.subscription_group_id
            -- Of several flags of a group, the yes given last; ids break a tie.
            order by
                flags.granted_at desc nulls last,
                flags.granted_by_event_id desc
        ) as grant_rank

    from flags

    where
        flags.subscription_group_id is not null
        and flags.granted_by_event_id is not null

),

-- `told` holds a merged id only as itself, so a yes reaches the canonical one alone.
subscribed as (

    select ranked_grants.*

    from ranked_grants

    inner join told
        on
            ranked_grants.destination = told.destination
            and ranked_grants.customer_id = told.customer_id

    left join group_stops
        on
            ranked_grants.destination = group_stops.destination
            and ranked_grants.customer_id = group_stops.customer_id
            and ranked_grants.subscription_group_id
            = group_stops.subscription_group_id

    where
        ranked_grants.grant_rank = 1
        and group_stops.customer_id is null

),

unioned as (

    select
        destination,
        customer_id,
        flag_name as attribute,
        'true' as attribute_value,
        flag_name,
        cast(null as {{ dbt.type_string() }}) as subscription_group_id,
        false as is_withdrawal,
        cast(null as {{ dbt.type_timestamp() }}) as granted_at

    from true_flags

    union all

    select
        destination,
        customer_id,
        flag_name || '_until' as attribute,
        replace(
            substring(cast(until_at as {{ dbt.type_string() }}), 1, 19), ' ', 'T'
        ) || 'Z' as attribute_value,
        flag_name,
        null as subscription_group_id,
        false as is_withdrawal,
        null as granted_at

    from until_instants

    union all

    select
        destination,
        customer_id,
        flag_name || '_reason' as attribute,
        reason_code as attribute_value,
        flag_name,
        null as subscription_group_id,
        false as is_withdrawal,
        null as granted_at

    from true_flags

    union all

    select
        destination,
        customer_id,
        flag_name as attribute,
        'false' as attribute_value,
        flag_name,
        null as subscription_group_id,
        true as is_withdrawal,
        null as granted_at

    from false_flags

    union all

    select
        destination,
        customer_id,
        flag_name || '_reason' as attribute,
        reason_code as attribute_value,
        flag_name,
        null as subscription_group_id,
        true as is_withdrawal,
        null as granted_at

    from false_flags

    union all

    select
        destination,
        customer_id,
        'subscription_group:' || subscription_group_id as attribute,
        'unsubscribed' as attribute_value,
        null as flag_name,
        subscription_group_id,
        true as is_withdrawal,
        null as granted_at

    from unsubscribed

    union all

    select
        destination,
        customer_id,
        'subscription_group:' || subscription_group_id as attribute,
        'subscribed:' || granted_by_event_id as attribute_value,
        null as flag_name,
        subscription_group_id,
        false as is_withdrawal,
        granted_at

    from subscribed

),

final as (

    select

        ---------- ids
        customer_id,
        subscription_group_id,

        ---------- strings
        destination,
        flag_name,
        attribute,
        attribute_value,

        ---------- booleans
        is_withdrawal,

        ---------- timestamps
        granted_at

    from unioned

)

select * from final
