{#- Read by three models of a build, and found among all webhooks once. -#}
with

statuses as (

    select * from {{ ref('int_delivery_statuses') }}

)

select * from statuses
