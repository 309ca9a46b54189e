with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

    where decided_reason_code = 'holdout'

),

final as (

    select

        ---------- every send table
        {{ send_columns('decided') }}

    from decided

)

select * from final
