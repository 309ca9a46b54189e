-- What is missing for a language is missing for everybody who reads it.

select
    decisions.campaign_id,
    decisions.customer_id

from {{ ref('fct_campaign_decisions') }} as decisions

inner join {{ ref('int_customers') }} as customers
    on decisions.customer_id = customers.customer_id

left join {{ ref('fct_campaign_readiness') }} as readiness
    on
        decisions.campaign_id = readiness.campaign_id
        and decisions.channel = readiness.channel
        and decisions.message_type = readiness.message_type
        and decisions.sender_id = readiness.sender_id
        and coalesce(nullif(customers.language_code, ''), 'unknown')
        = readiness.language_code

where
    decisions.reason_code in ('sendable', 'holdout')
    and readiness.is_ready is not true
