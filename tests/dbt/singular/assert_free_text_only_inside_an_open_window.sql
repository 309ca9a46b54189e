-- Free text leaves only while the customer's own last message to that number is less
-- than 24 hours old, counted from the webhooks themselves.

with

synced as (

    select * from {{ ref('sync_whatsapp') }}

    where message_type = 'free_text'

),

heard as (

    select
        phone_number_id,
        '+' || wa_id as address,
        max(sent_at) as last_sent_at

    from {{ ref('stg_whatsapp__inbound_messages') }}

    where
        sent_at <= {{ as_of() }}
        and received_at <= {{ as_of() }}

    group by
        phone_number_id,
        wa_id

    union all

    select
        phone_number_id,
        user_id as address,
        max(sent_at) as last_sent_at

    from {{ ref('stg_whatsapp__inbound_messages') }}

    where
        sent_at <= {{ as_of() }}
        and received_at <= {{ as_of() }}

    group by
        phone_number_id,
        user_id

),

-- A user id that was once seen with a phone is that phone.
known_phones as (

    select distinct
        user_id,
        '+' || wa_id as phone

    from {{ ref('stg_whatsapp__inbound_messages') }}

    where
        user_id is not null
        and wa_id is not null
        and received_at <= {{ as_of() }}

),

heard_by_phone as (

    select * from heard

    union all

    select
        heard.phone_number_id,
        known_phones.phone as address,
        heard.last_sent_at

    from heard

    inner join known_phones
        on heard.address = known_phones.user_id

),

last_heard as (

    select
        phone_number_id,
        address,
        max(last_sent_at) as last_sent_at

    from heard_by_phone

    group by
        phone_number_id,
        address

)

select synced.delivery_key

from synced

left join last_heard
    on
        synced.phone_number_id = last_heard.phone_number_id
        and synced.address = last_heard.address

where
    (
        synced.send_not_after
        <= {{ dbt.dateadd('hour', 24, 'last_heard.last_sent_at') }}
    ) is not true
