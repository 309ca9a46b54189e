{#- And the pairs that were seen since the build: `sync_stops` asks whose a user id is
    while messages go out. -#}
{{ config(materialized=view_or_table()) }}

with

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

inbound_messages as (

    select * from {{ ref('stg_whatsapp__inbound_messages') }}

),

preferences as (

    select * from {{ ref('stg_whatsapp__preferences') }}

),

pairs as (

    {{ whatsapp_pairs(
        ['inbound_messages', 'preferences'],
        'received_at > ' ~ as_of(),
    ) | indent }}

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
