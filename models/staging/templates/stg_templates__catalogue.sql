with

whatsapp as (

    select * from {{ ref('stg_templates__whatsapp') }}

),

coded as (

    select * from {{ ref('stg_templates__coded') }}

),

final as (

    select * from whatsapp

    union all

    select * from coded

)

select * from final
