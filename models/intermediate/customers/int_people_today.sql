{#- Each person with a print of all ids that make it up, as they are known while
    messages go out. -#}
{{ config(materialized=view_or_table()) }}

with

customer_merges as (

    select * from {{ ref('int_customer_merges_today') }}

),

final as (

    select
        canonical_customer_id as customer_id,
        {{ dbt.hash(dbt.listagg(
            'customer_id', "'|'", 'order by customer_id'
        )) }} as person_key

    from customer_merges

    group by canonical_customer_id

)

select * from final
