with

lapse_scores as (

    select * from {{ ref('int_lapse_scores') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

    where audience = 'winback_lapsed'

),

thresholds as (

    -- Each campaign asks its own threshold again; this keeps the audience small.
    select coalesce(min(min_score), 1) as min_score from campaigns

),

final as (

    select
        lapse_scores.customer_id,
        lapse_scores.lapse_risk_score as score,
        {{ json_object({
            'first_name': json_text('customers.attributes', ['first_name']),
            'offer': "'15 %'",
            'offer_code': "'back-' || substring("
                ~ dbt.hash('lapse_scores.customer_id') ~ ", 1, 8)",
        }) }} as variables

    from lapse_scores

    inner join customers
        on lapse_scores.customer_id = customers.customer_id

    cross join thresholds

    where lapse_scores.lapse_risk_score > thresholds.min_score

)

select * from final
