-- Each code of a campaign's list is a country, once: one that is misspelt would let
-- people in where it was to keep them out.

with

listed as (

    select
        campaign_id,
        channel,
        message_type,
        sender_id,
        case
            when substring(countries, 1, 1) = '!'
                then replace(substring(countries, 2), ' ', '')
            else replace(countries, ' ', '')
        end as country_codes

    from {{ ref('campaign_messages') }}

    where countries != ''

)

select
    listed.campaign_id,
    listed.channel,
    listed.message_type,
    listed.sender_id,
    listed.country_codes,
    'Campaign ' || listed.campaign_id || ' from ' || listed.sender_id || ' lists '
    || listed.country_codes || ', where a code is no country or stands twice. Correct '
    || 'its countries.' as problem

from listed

cross join {{ ref('countries') }} as countries

group by
    listed.campaign_id,
    listed.channel,
    listed.message_type,
    listed.sender_id,
    listed.country_codes

having
    count(
        case
            when {{ is_listed('countries.country_code', 'listed.country_codes') }}
                then 1
        end
    )
    != 1 + length(listed.country_codes)
    - length(replace(listed.country_codes, ',', ''))
