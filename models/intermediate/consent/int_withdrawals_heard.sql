{#- Read by three models of a build, and found once. -#}
with

withdrawals as (

    select * from {{ ref('int_consent_withdrawals_known') }}

    where received_at <= {{ as_of() }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

{{ withdrawal_reach() }}

final as (

    select

        ---------- ids
        reached.customer_id,
        withdrawals.withdrawal_id,
        withdrawals.brand_id,

        ---------- strings
        withdrawals.channel,
        withdrawals.purpose,

        ---------- booleans
        withdrawals.names_a_sender,
        withdrawals.has_milliseconds,

        ---------- timestamps
        withdrawals.effective_at,
        withdrawals.received_at

    from reached

    inner join withdrawals
        on reached.withdrawal_id = withdrawals.withdrawal_id

)

select * from final
