{#- Only who had a message that may still count has a row: all others are within every
    cap. -#}
with

delivery_states as (

    select * from {{ ref('int_delivery_states') }}

    where
        is_messaged
        and is_marketing

),

cap_rules as (

    select * from {{ ref('cap_rules') }}

),

combinations as (

    select * from {{ ref('int_eligibility_combinations') }}

),

eligibility as (

    select * from {{ ref('int_channel_eligibility') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

readers as (

    select * from {{ ref('int_whatsapp_readers') }}

),

places as (

    select * from {{ ref('int_places') }}

),

country_time_zones as (

    select * from {{ ref('country_time_zones') }}

),

asked as (

    select distinct channel from combinations

    where purpose = 'marketing'

),

longest as (

    select
        max(
            {{ cap_hours() | indent(12) }}
        ) as hours

    from cap_rules

    inner join asked
        on cap_rules.channel in ('*', asked.channel)

),

messages as (

    select
        delivery_states.delivery_key,
        delivery_states.customer_id,
        delivery_states.channel,
        -- What is known at `as_of` has happened by then, whatever its date says.
        least(
            coalesce(delivery_states.messaged_at, {{ as_of() }}), {{ as_of() }}
        ) as messaged_at

    from delivery_states

    cross join longest

    where
        coalesce(
            delivery_states.messaged_at > {{ dbt.dateadd(
                'hour', '-1 * longest.hours', as_of()
            ) }},
            true
        )

),

-- Where each customer would be written to now.
addresses as (

    select distinct
        eligibility.customer_id,
        eligibility.channel,
        {{ reader_key('eligibility.address') | indent(8) }} as reader_key

    from eligibility

    left join readers
        on
            eligibility.channel = readers.channel
            and eligibility.address = readers.address

    where eligibility.address is not null

),

-- A message counts for the person on any channel that is asked about; and for whoever
-- reads it too.
reached as (

    select
        messages.delivery_key,
        messages.customer_id,
        messages.channel as messaged_channel,
        messages.messaged_at,
        asked.channel

    from messages

    cross join asked

    {{ union_distinct() }}

    select
        messages.delivery_key,
        addresses.customer_id,
        messages.channel as messaged_channel,
        messages.messaged_at,
        addresses.channel

    from messages

    inner join contact_points
        on
            messages.customer_id = contact_points.customer_id
            and messages.channel = contact_points.channel

    left join readers
        on
            contact_points.channel = readers.channel
            and contact_points.address = readers.address

    inner join addresses
        on
            contact_points.channel = addresses.channel
            and {{ reader_key('contact_points.address') | indent(12) }}
            = addresses.reader_key

),

-- People without a zone of their own may be in any of their country.
zones as (

    select
        places.customer_id,
        coalesce(places.time_zone, country_time_zones.time_zone) as time_zone

    from places

    left join country_time_zones
        on
            places.country_code = country_time_zones.country_code
            and places.time_zone is null

    -- A large country has a dozen.
    where places.customer_id in (select reached.customer_id from reached)

    group by
        places.customer_id,
        coalesce(places.time_zone, country_time_zones.time_zone)

),

counted as (

    select
        reached.delivery_key,
        reached.customer_id,
        reached.channel,
        reached.messaged_at,
        cap_rules.rule_id,
        cap_rules.purpose,
        cap_rules.window_kind,
        cap_rules.window_length,
        cap_rules.strength,
        zones.time_zone,
        -- Without a zone nobody knows whose day it is: one message is enough.
        case
            when cap_rules.window_kind = 'local_day' and zones.time_zone is null then 1
            when cap_rules.max_messages > 1 then cap_rules.max_messages
            else 1
        end as max_messages

    from reached

    inner join cap_rules
        on
            cap_rules.purpose = 'marketing'
            and cap_rules.channel in ('*', reached.channel)
            and cap_rules.channel in ('*', reached.messaged_channel)

    left join places
        on reached.customer_id = places.customer_id

    left join zones
        on
            reached.customer_id = zones.customer_id
            and cap_rules.window_kind = 'local_day'

    where
        {{ is_rule_of_place('cap_rules', 'places') | indent(8) }}

),

ranked as (

    select
        counted.*,
        row_number() over (
            partition by customer_id, channel, rule_id, time_zone
            -- At one instant it is all the same which.
            order by messaged_at desc, delivery_key asc
        ) as message_rank

    from counted

),

-- As many as are allowed: one more goes when the first of these is out of the window.
full_windows as (

    select
        ranked.*,
        {{ to_local('messaged_at', 'time_zone') }} as local_messaged_at,
        {{ to_local(as_of(), 'time_zone') }} as local_as_of

    from ranked

    where message_rank = max_messages

),

reopened as (

    select
        customer_id,
        channel,
        purpose,
        strength,
        case
            when window_kind = 'rolling_hours'
                then {{ dbt.dateadd('hour', 'window_length', 'messaged_at') }}
            when window_kind = 'local_day' and time_zone is null
                then {{ dbt.dateadd('hour', '24 * window_length + 24', 'messaged_at') }}
            -- To the midnight there; an hour off where the clocks change before it,
            -- but on which day `as_of` lies is exact.
            when window_kind = 'local_day'
                then {{ dbt.dateadd(
                    'second',
                    'cast(' ~ dbt.datediff(
                        'local_as_of',
                        dbt.dateadd(
                            'day',
                            'window_length',
                            dbt.date_trunc('day', 'local_messaged_at'),
                        ),
                        'second',
                    ) ~ ' as ' ~ dbt.type_int() ~ ')',
                    as_of(),
                ) }}
        end as opens_at

    from full_windows

),

final as (

    select

        ---------- ids
        customer_id,

        ---------- strings
        channel,
        purpose,

        ---------- booleans
        {%- for name, strength in [
            ('law', 'law'), ('platform', 'platform'), ('person', 'project')
        ] %}
        min(
            case
                when
                    strength = '{{ strength }}'
                    and (opens_at <= {{ as_of() }}) is not true
                    then 0
                else 1
            end
        ) = 1 as is_within_{{ name }}_cap,
        {%- endfor %}

        ---------- timestamps
        {%- for name, strength in [
            ('law', 'law'), ('platform', 'platform'), ('person', 'project')
        ] %}
        max(
            case
                when strength = '{{ strength }}' and opens_at > {{ as_of() }}
                    then opens_at
            end
        ) as {{ name }}_cap_opens_at,
        {%- endfor %}
        max(case when opens_at > {{ as_of() }} then opens_at end) as cap_opens_at

    from reopened

    group by
        customer_id,
        channel,
        purpose

)

select * from final
