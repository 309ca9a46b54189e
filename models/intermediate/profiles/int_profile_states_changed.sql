with

desired as (

    select * from {{ ref('int_profile_states_desired') }}

),

known as (

    select * from {{ ref('int_profile_states_known') }}

),

states as (

    select * from {{ ref('stg_sync__states') }}

    where
        delivery_event = 'accepted'
        and coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

-- Through today's ids, so that a merge makes no new person.
passed_on as (

    select distinct
        states.destination,
        states.attribute,
        states.attribute_value,
        coalesce(customer_merges.canonical_customer_id, states.customer_id)
            as customer_id

    from states

    left join customer_merges
        on states.customer_id = customer_merges.customer_id

    where states.attribute_value like 'subscribed:%'

),

compared as (

    select
        desired.*,
        case
            -- Each yes is passed on once: a second time could undo a stop that the
            -- platform took and we never saw. For the same reason another yes counts
            -- over one passed on only if it was given later than that.
            when desired.attribute_value like 'subscribed:%'
                then
                    passed_on.attribute_value is null
                    and case
                        when known.accepted_value like 'subscribed:%'
                            then coalesce(
                                desired.granted_at > known.accepted_at, false
                            )
                        else true
                    end
            else
                coalesce(known.accepted_value != desired.attribute_value, true)
                or known.is_certain is not true
        end as is_changed

    from desired

    left join known
        on
            desired.destination = known.destination
            and desired.customer_id = known.customer_id
            and desired.attribute = known.attribute

    left join passed_on
        on
            desired.destination = passed_on.destination
            and desired.customer_id = passed_on.customer_id
            and desired.attribute = passed_on.attribute
            and desired.attribute_value = passed_on.attribute_value

),

changed_flags as (

    select
        destination,
        customer_id,
        flag_name

    from compared

    where
        attribute = flag_name
        and is_changed

),

final as (

    select

        ---------- ids
        compared.customer_id,
        compared.subscription_group_id,

        ---------- strings
        compared.destination,
        compared.flag_name,
        compared.attribute,
        compared.attribute_value,

        ---------- booleans
        compared.is_withdrawal

    from compared

    -- A true flag never travels without its end; a false one has none.
    left join changed_flags
        on
            compared.destination = changed_flags.destination
            and compared.customer_id = changed_flags.customer_id
            and compared.attribute = changed_flags.flag_name || '_until'

    where
        compared.is_changed
        or changed_flags.flag_name is not null

)

select * from final
