{#- And the pairs that were seen since the build: `sync_stops` asks whose a user id is
    while messages go out. -#}
{{ config(materialized=view_or_table()) }}

with

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

inbound_messages as (

    select * from {{ ref('stg_whatsapp__inbound_messages') }}

    where received_at > {{ as_of() }}

),

preferences as (

    select * from {{ ref('stg_whatsapp__preferences') }}

    where received_at > {{ as_of() }}

),

seen_together as (

    select
        wa_id,
        user_id

    from inbound_messages

    union all

    select
        wa_id,
        user_id

    from preferences

),

pairs as (

    select distinct
        '+' || wa_id as phone,
        user_id

    from seen_together

    where
        wa_id is not null
        and user_id is not null

),

final as (

    select
        seen_address,
        address

    from aliases

    {{ union_distinct() }}

    select
        phone as seen_address,
        user_id as address

    from pairs

    {{ union_distinct() }}

    select
        user_id as seen_address,
        phone as address

    from pairs

)

select * from final
