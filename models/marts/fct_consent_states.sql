with

consent_states as (

    select * from {{ ref('int_consent_states') }}

),

final as (

    select

        ---------- ids
        customer_id,
        sender_id,
        consent_event_id,

        ---------- strings
        channel,
        purpose,
        consent_status,

        ---------- booleans
        consent_status = 'granted' as is_granted,

        ---------- timestamps
        decided_by_event_at,
        expires_at,
        {{ as_of() }} as decided_at

    from consent_states

)

select * from final
