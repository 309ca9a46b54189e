{#- Read by two models of a build, and found among all events and messages once. -#}
with

withdrawals as (

    select * from {{ ref('int_consent_withdrawals') }}

)

select * from withdrawals
