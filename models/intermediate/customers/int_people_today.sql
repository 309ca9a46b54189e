{#- Each person with a print of all ids that make it up, as they are known while
    messages go out. Whoever was never merged is as often here as there are versions of
    them: they alike, and millions, and nobody is to group them for the few asked for. -#}
{{ config(materialized=view_or_table()) }}

with

customers as (

    select * from {{ ref('stg_crm__customers') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges_today') }}

),

merged as (

    select
        canonical_customer_id as customer_id,
        {{ dbt.hash(dbt.listagg(
            'customer_id', "'|'", 'order by customer_id'
        )) }} as person_key

    from customer_merges

    -- Of whom nobody knows who they are now there is no print.
    where is_merge_resolved

    group by canonical_customer_id

),

alone as (

    select
        customers.customer_id,
        {{ dbt.hash('customers.customer_id') }} as person_key

    from customers

    left join customer_merges
        on customers.customer_id = customer_merges.customer_id

    where
        customers.customer_id is not null
        and customer_merges.customer_id is null

),

final as (

    select
        customer_id,
        person_key

    from merged

    union all

    select
        customer_id,
        person_key

    from alone

)

select * from final
