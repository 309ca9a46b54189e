with

inbound_messages as (

    select * from {{ ref('stg_whatsapp__inbound_messages') }}

),

statuses as (

    select * from {{ ref('stg_whatsapp__statuses') }}

),

preferences as (

    select * from {{ ref('stg_whatsapp__preferences') }}

),

pairs as (

    {{ whatsapp_pairs(
        ['inbound_messages', 'statuses', 'preferences'],
        'received_at <= ' ~ as_of(),
    ) | indent }}

),

contact_points as (

    select distinct address

    from {{ ref('int_contact_points') }}

    where channel = 'whatsapp'

),

other_forms as (

    select
        {{ other_form_of_address('address') }} as seen_address,
        address

    from contact_points

),

-- One user id is made anew with each phone number, so a pair never goes stale.
final as (

    select
        phone as seen_address,
        user_id as address

    from pairs

    union all

    select
        user_id as seen_address,
        phone as address

    from pairs

    {{ union_distinct() }}

    select
        seen_address,
        address

    from other_forms

    where seen_address is not null

)

select * from final
