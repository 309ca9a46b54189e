{#- A grid of five minutes: every offset and every rule is a multiple of it. Seven days
    are looked ahead, and the hour that has begun. -#}
{%- set step_minutes = 5 -%}
{%- set steps = (7 * 24 + 1) * 60 // step_minutes -%}

with

places as (

    select distinct
        place_id,
        country_code,
        subdivision_code,
        time_zone

    from {{ ref('int_places') }}

),

country_time_zones as (

    select * from {{ ref('country_time_zones') }}

),

rules as (

    select * from {{ ref('sending_hours') }}

),

holidays as (

    select * from {{ ref('holidays') }}

),

-- Spans add up where they hold alike: a set may have rows for several countries.
sending_hours as (

    select
        iso_weekday,
        allowed_start,
        allowed_end,
        holiday_policy,
        lifted_by_consent_purpose,
        confidence,
        country_code,
        subdivision_code,
        channels,
        purposes,
        case
            when rule_set = 'default' and country_code = '*' then rule_set
            else
                rule_set || '/' || country_code || '/' || subdivision_code
                || '/' || channels
        end as rule_set

    from rules

),

combinations as (

    select * from {{ ref('int_eligibility_combinations') }}

),

message_policies as (

    select * from {{ ref('message_policies') }}

),

asked as (

    select distinct
        combinations.channel,
        combinations.purpose

    from combinations

    inner join message_policies
        on
            combinations.channel = message_policies.channel
            and combinations.purpose = message_policies.purpose

    where message_policies.has_quiet_hours

),

-- Without a zone of their own people have all zones of their part, or of their country.
candidate_zones as (

    select
        places.place_id,
        country_time_zones.time_zone,
        country_time_zones.subdivision_code is not null as is_of_part,
        max(
            case when country_time_zones.subdivision_code is not null then 1 else 0 end
        ) over (partition by places.place_id) as zones_of_part

    from places

    inner join country_time_zones
        on
            places.country_code = country_time_zones.country_code
            and coalesce(country_time_zones.subdivision_code, places.subdivision_code)
            = places.subdivision_code

    where places.time_zone is null

),

place_zones as (

    select
        place_id,
        time_zone

    from places

    where time_zone is not null

    {{ union_distinct() }}

    select
        place_id,
        time_zone

    from candidate_zones

    where is_of_part or zones_of_part = 0

),

found_sets as (

    select
        places.place_id,
        asked.channel,
        asked.purpose,
        sending_hours.rule_set,
        sending_hours.country_code != '*' as is_of_country,
        min(
            case
                when sending_hours.lifted_by_consent_purpose = 'marketing_night' then 1
                else 0
            end
        ) as is_lifted_by_night

    from places

    cross join asked

    inner join sending_hours
        on
            sending_hours.country_code in ('*', places.country_code)
            and sending_hours.rule_set != 'default'
            and sending_hours.subdivision_code in ('*', places.subdivision_code)
            and (
                sending_hours.channels = '*'
                or {{ is_listed('asked.channel', 'sending_hours.channels') }}
            )
            and {{ is_listed('asked.purpose', 'sending_hours.purposes') }}

    group by
        places.place_id,
        asked.channel,
        asked.purpose,
        sending_hours.rule_set,
        sending_hours.country_code != '*'

),

-- Where no rule of the country was found for a channel there is still a night.
bound_sets as (

    select
        place_id,
        channel,
        purpose,
        rule_set,
        is_lifted_by_night

    from found_sets

    union all

    select
        places.place_id,
        asked.channel,
        asked.purpose,
        'default' as rule_set,
        0 as is_lifted_by_night

    from places

    cross join asked

    left join found_sets
        on
            places.place_id = found_sets.place_id
            and asked.channel = found_sets.channel
            and asked.purpose = found_sets.purpose
            and found_sets.is_of_country

    where found_sets.place_id is null

),

lifted_places as (

    select distinct
        place_id,
        channel,
        purpose

    from bound_sets

    where is_lifted_by_night = 1

),

-- Without a yes to the night every set binds. With it, where that changes anything, a
-- set it lifts is open at any hour. It is not gone: the default would take its place.
rule_sets as (

    select
        place_id,
        channel,
        purpose,
        rule_set,
        false as has_night_consent,
        false as is_lifted

    from bound_sets

    union all

    select
        bound_sets.place_id,
        bound_sets.channel,
        bound_sets.purpose,
        bound_sets.rule_set,
        true as has_night_consent,
        bound_sets.is_lifted_by_night = 1 as is_lifted

    from bound_sets

    inner join lifted_places
        on
            bound_sets.place_id = lifted_places.place_id
            and bound_sets.channel = lifted_places.channel
            and bound_sets.purpose = lifted_places.purpose

),

set_confidences as (

    select
        rule_set,
        min({{ confidence_rank('confidence') | indent(8) }}) as confidence_rank

    from sending_hours

    group by rule_set

),

needed as (

    select
        rule_sets.place_id,
        rule_sets.channel,
        rule_sets.purpose,
        rule_sets.has_night_consent,
        count(*) as needed_count,
        min(set_confidences.confidence_rank) as confidence_rank

    from rule_sets

    inner join place_zones
        on rule_sets.place_id = place_zones.place_id

    left join set_confidences
        on rule_sets.rule_set = set_confidences.rule_set

    group by
        rule_sets.place_id,
        rule_sets.channel,
        rule_sets.purpose,
        rule_sets.has_night_consent

),

-- What is asked of the grid, once for all who live under it.
questions as (

    select distinct
        places.country_code,
        places.subdivision_code,
        place_zones.time_zone,
        rule_sets.rule_set,
        rule_sets.is_lifted

    from places

    inner join place_zones
        on places.place_id = place_zones.place_id

    inner join rule_sets
        on places.place_id = rule_sets.place_id

),

numbers as (

    {{ dbt.generate_series(steps) | indent(4) }}

),

slots as (

    select
        cast(generated_number as {{ dbt.type_int() }}) as slot_number,
        {{ dbt.dateadd(
            'minute',
            'cast((generated_number - 1) * ' ~ step_minutes ~ ' as '
            ~ dbt.type_int() ~ ')',
            dbt.date_trunc('hour', as_of()),
        ) }} as slot_at

    from numbers

),

zones as (

    select distinct time_zone from place_zones

),

local_slots as (

    select
        zones.time_zone,
        slots.slot_number,
        {{ to_local('slots.slot_at', 'zones.time_zone') }} as local_at

    from zones

    cross join slots

),

judged_slots as (

    select
        time_zone,
        slot_number,
        cast(local_at as date) as local_date,
        {{ iso_weekday('local_at') }} as iso_weekday,
        cast(
            extract(hour from local_at) * 60 + extract(minute from local_at)
            as {{ dbt.type_int() }}
        ) as local_minute

    from local_slots

),

open_slots as (

    select distinct
        questions.country_code,
        questions.subdivision_code,
        questions.time_zone,
        questions.rule_set,
        questions.is_lifted,
        judged_slots.slot_number

    from questions

    inner join judged_slots
        on questions.time_zone = judged_slots.time_zone

    inner join sending_hours
        on
            questions.rule_set = sending_hours.rule_set
            and judged_slots.iso_weekday = sending_hours.iso_weekday
            and {{ minute_of_day('sending_hours.allowed_start') | indent(12) }}
            <= judged_slots.local_minute
            and judged_slots.local_minute
            < {{ minute_of_day('sending_hours.allowed_end') | indent(12) }}

    left join holidays
        on
            questions.country_code = holidays.country_code
            and judged_slots.local_date = holidays.holiday_date
            and (
                holidays.subdivision_code is null
                or questions.subdivision_code in ('?', holidays.subdivision_code)
            )

    where
        questions.is_lifted is false
        and (
            sending_hours.holiday_policy = 'none'
            or holidays.country_code is null
        )

    union all

    select
        questions.country_code,
        questions.subdivision_code,
        questions.time_zone,
        questions.rule_set,
        questions.is_lifted,
        judged_slots.slot_number

    from questions

    inner join judged_slots
        on questions.time_zone = judged_slots.time_zone

    where questions.is_lifted

),

-- A moment must be allowed in every zone, by every rule set.
allowed_slots as (

    select
        needed.place_id,
        needed.channel,
        needed.purpose,
        needed.has_night_consent,
        open_slots.slot_number

    from needed

    inner join places
        on needed.place_id = places.place_id

    inner join rule_sets
        on
            needed.place_id = rule_sets.place_id
            and needed.channel = rule_sets.channel
            and needed.purpose = rule_sets.purpose
            and needed.has_night_consent = rule_sets.has_night_consent

    inner join place_zones
        on needed.place_id = place_zones.place_id

    inner join open_slots
        on
            places.country_code = open_slots.country_code
            and places.subdivision_code = open_slots.subdivision_code
            and place_zones.time_zone = open_slots.time_zone
            and rule_sets.rule_set = open_slots.rule_set
            and rule_sets.is_lifted = open_slots.is_lifted

    group by
        needed.place_id,
        needed.channel,
        needed.purpose,
        needed.has_night_consent,
        needed.needed_count,
        open_slots.slot_number

    having count(*) = needed.needed_count

),

numbered as (

    select
        allowed_slots.*,
        slot_number - row_number() over (
            partition by place_id, channel, purpose, has_night_consent
            order by slot_number
        ) as span_number

    from allowed_slots

),

spans as (

    select
        numbered.place_id,
        numbered.channel,
        numbered.purpose,
        numbered.has_night_consent,
        greatest(min(slots.slot_at), {{ as_of() }}) as starts_at,
        -- The last five minutes are left to the way there.
        max(slots.slot_at) as ends_at

    from numbered

    inner join slots
        on numbered.slot_number = slots.slot_number

    group by
        numbered.place_id,
        numbered.channel,
        numbered.purpose,
        numbered.has_night_consent,
        numbered.span_number

),

first_spans as (

    select
        place_id,
        channel,
        purpose,
        has_night_consent,
        min(starts_at) as starts_at,
        min(ends_at) as ends_at

    from spans

    where
        ends_at >= {{ dbt.dateadd('minute', var('min_send_minutes'), 'starts_at') }}

    group by
        place_id,
        channel,
        purpose,
        has_night_consent

),

final as (

    select

        ---------- ids
        needed.place_id,

        ---------- strings
        needed.channel,
        needed.purpose,

        ---------- numbers
        needed.confidence_rank,

        ---------- booleans
        needed.has_night_consent,

        ---------- timestamps
        first_spans.starts_at as allowed_from,
        first_spans.ends_at as allowed_until

    from needed

    left join first_spans
        on
            needed.place_id = first_spans.place_id
            and needed.channel = first_spans.channel
            and needed.purpose = first_spans.purpose
            and needed.has_night_consent = first_spans.has_night_consent

)

select * from final
