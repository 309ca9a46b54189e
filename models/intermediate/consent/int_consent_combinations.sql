with

combinations as (

    select * from {{ ref('int_eligibility_combinations') }}

),

final as (

    select
        channel,
        sender_id,
        purpose,
        brand_id

    from combinations

    {{ union_distinct() }}

    -- A yes to the night is asked for beside the yes to marketing, never instead.
    select
        channel,
        sender_id,
        'marketing_night' as purpose,
        brand_id

    from combinations

    where purpose = 'marketing'

)

select * from final
