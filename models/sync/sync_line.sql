with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

    where
        decided_reason_code = 'sendable'
        and destination = 'line'

),

final as (

    select

        ---------- every send table
        {{ send_columns('decided') }},

        ---------- every message
        {{ message_columns('decided') }}

    from decided

)

select * from final
