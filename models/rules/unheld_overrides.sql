{%- set with_countries = [
    'cap_rules', 'channel_preferences', 'consent_rules', 'holidays', 'sending_hours',
] -%}
{%- set clock = '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$' -%}

with

sending_hours as (

    select * from {{ ref('sending_hours_overrides') }}

    where is_active is not false

),

message_policies as (

    select * from {{ ref('message_policies_overrides') }}

),

holidays as (

    select * from {{ ref('holidays_overrides') }}

    where is_active is not false

),

cap_rules as (

    select * from {{ ref('cap_rules_overrides') }}

    where is_active is not false

),

stop_keywords as (

    select * from {{ ref('stop_keywords_overrides') }}

    where is_active is not false

),

rules_in_force as (

    select * from {{ ref('sending_hours') }}

),

countries as (

    select * from {{ ref('countries') }}

),

channels as (

    select * from {{ ref('channels') }}

),

named_countries as (

    {% for rule in with_countries -%}
    select
        '{{ rule }}_overrides' as seed_name,
        country_code as named

    from {{ ref(rule ~ '_overrides') }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

blocked as (

    select
        message_policies.blocked_number_countries as named,
        count(
            distinct case
                when
                    {{ is_listed(
                        'countries.country_code',
                        'message_policies.blocked_number_countries'
                    ) | indent(20) }}
                    then countries.country_code
            end
        ) as known_count

    from message_policies

    cross join countries

    where message_policies.blocked_number_countries != ''

    group by message_policies.blocked_number_countries

),

held as (

    select
        sending_hours.channels as named,
        count(
            distinct case
                when
                    {{ is_listed(
                        'channels.channel', 'sending_hours.channels'
                    ) | indent(20) }}
                    then channels.channel
            end
        ) as known_count

    from sending_hours

    cross join channels

    where sending_hours.channels != '*'

    group by sending_hours.channels

),

parts as (

    select
        'cap_rules_overrides' as seed_name,
        subdivision_code as named

    from cap_rules

    where subdivision_code != '*'

    union all

    select
        'sending_hours_overrides' as seed_name,
        subdivision_code as named

    from sending_hours

    where subdivision_code not in ('*', '?')

    union all

    select
        'holidays_overrides' as seed_name,
        subdivision_code as named

    from holidays

    where subdivision_code != ''

),

closing as (

    select country_code

    from rules_in_force

    where
        holiday_policy = 'block'
        and country_code != '*'

    {{ union_distinct() }}

    select countries.country_code

    from countries

    cross join rules_in_force

    where
        rules_in_force.holiday_policy = 'block'
        and rules_in_force.country_code = '*'

),

words as (

    select
        keyword as named,
        {{ fold_text('keyword') }} as folded,
        lower(keyword) as in_small,
        upper(keyword) as in_large

    from stop_keywords

),

judged as (

    select
        seed_name,
        named,
        'is no country' as mistake

    from named_countries

    where named not in (select country_code from countries) and named != '*'

    union all

    select
        'message_policies_overrides' as seed_name,
        named,
        'names what is no country, or one twice' as mistake

    from blocked

    where known_count != 1 + length(named) - length(replace(named, ',', ''))

    union all

    select
        'sending_hours_overrides' as seed_name,
        named,
        'names what is no channel, or one twice' as mistake

    from held

    where known_count != 1 + length(named) - length(replace(named, ',', ''))

    union all

    select
        'sending_hours_overrides' as seed_name,
        allowed_start || ' to ' || allowed_end as named,
        'is no span of a day, as 09:00 to 20:00' as mistake

    from sending_hours

    where
        {{ regexp_like('allowed_start', clock) }} is not true
        or {{ regexp_like('allowed_end', clock) }} is not true
        or (allowed_start < allowed_end) is not true

    union all

    select
        seed_name,
        named,
        'is no part of a country, as FL' as mistake

    from parts

    where {{ regexp_like('named', '^[A-Z0-9]{1,3}$') }} is not true

    union all

    select
        'holidays_overrides' as seed_name,
        holidays.country_code as named,
        'has no sending hours that close on holidays' as mistake

    from holidays

    left join closing
        on holidays.country_code = closing.country_code

    where closing.country_code is null

    union all

    select
        'stop_keywords_overrides' as seed_name,
        named,
        'has no letter' as mistake

    from words

    where folded = ''

    union all

    -- Who writes it in the other letters would not be heard.
    select
        'stop_keywords_overrides' as seed_name,
        named,
        'has capitals that folded_letters in macros/portable lacks' as mistake

    from words

    where {{ fold_text('in_small') }} != {{ fold_text('in_large') }}

),

final as (

    select distinct

        ---------- ids
        seed_name,
        named,

        ---------- strings
        'seeds/overrides/' || seed_name || '.csv: ' || coalesce(named, 'a row') || ' '
        || mistake || '. Correct the row: as it is, it holds for nobody.'
            as problem

    from judged

)

select * from final
