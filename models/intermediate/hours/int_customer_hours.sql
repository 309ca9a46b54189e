{{ config(materialized=view_or_table()) }}

with

places as (

    select * from {{ ref('int_places') }}

),

sending_hours as (

    select * from {{ ref('int_sending_hours') }}

),

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

night_consents as (

    select distinct
        customer_id,
        channel

    from consent_states

    where
        purpose = 'marketing_night'
        and consent_status = 'granted'

),

final as (

    select

        ---------- ids
        places.customer_id,

        ---------- strings
        sending_hours.channel,
        sending_hours.purpose,

        ---------- numbers
        sending_hours.confidence_rank,

        ---------- booleans
        false as has_night_consent,

        ---------- timestamps
        sending_hours.allowed_from,
        sending_hours.allowed_until

    from places

    inner join sending_hours
        on
            places.place_id = sending_hours.place_id
            and sending_hours.has_night_consent is false

    union all

    -- Of those who said yes to the night: its hours, or the usual ones where it lifts
    -- nothing.
    select

        ---------- ids
        places.customer_id,

        ---------- strings
        usual_hours.channel,
        usual_hours.purpose,

        ---------- numbers
        case
            when night_hours.place_id is not null then night_hours.confidence_rank
            else usual_hours.confidence_rank
        end as confidence_rank,

        ---------- booleans
        true as has_night_consent,

        ---------- timestamps
        case
            when night_hours.place_id is not null then night_hours.allowed_from
            else usual_hours.allowed_from
        end as allowed_from,
        case
            when night_hours.place_id is not null then night_hours.allowed_until
            else usual_hours.allowed_until
        end as allowed_until

    from night_consents

    inner join places
        on night_consents.customer_id = places.customer_id

    inner join sending_hours as usual_hours
        on
            places.place_id = usual_hours.place_id
            and night_consents.channel = usual_hours.channel
            and usual_hours.has_night_consent is false

    left join sending_hours as night_hours
        on
            usual_hours.place_id = night_hours.place_id
            and usual_hours.channel = night_hours.channel
            and usual_hours.purpose = night_hours.purpose
            and night_hours.has_night_consent

)

select * from final
