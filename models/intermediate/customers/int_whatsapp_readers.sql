with

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

-- A user id is made anew with each number; of several, the least is as good as any.
final as (

    select
        'whatsapp' as channel,
        seen_address as address,
        min(
            {{ address_key('address') | indent(12) }}
        ) as reader_key

    from aliases

    where
        seen_address not like '+%'
        and address like '+%'

    group by seen_address

)

select * from final
