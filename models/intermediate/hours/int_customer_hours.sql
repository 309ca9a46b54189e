{{ config(materialized='view') }}

with

places as (

    select * from {{ ref('int_places') }}

),

sending_hours as (

    select * from {{ ref('int_sending_hours') }}

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

        ---------- timestamps
        sending_hours.allowed_from,
        sending_hours.allowed_until

    from places

    inner join sending_hours
        on places.place_id = sending_hours.place_id

)

select * from final
