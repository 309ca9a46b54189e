{#- A replay has no record of past plans, which live only in the live tables: there it
    is what the night replayed would send. -#}
{{ config(materialized=view_or_table()) }}

with

{% if is_replay() -%}
decided as (

    select
        {{ delivery_key('campaign_id', 'customer_id', 'occurrence', 'step') }}
            as delivery_key,
        campaign_id,
        customer_id,
        sender_id,
        channel,
        purpose,
        case
            when decided_reason_code = 'holdout' then 'holdout' else destination
        end as destination

    from {{ ref('int_candidates_ranked') }}

    where decided_reason_code in ('sendable', 'holdout')

),
{%- else -%}
decided as (

    select * from {{ ref('sync_decided') }}

    where
        decided_at <= {{ as_of() }}
        -- A value on a profile is no message.
        and purpose != 'state'

),
{%- endif %}

final as (

    select distinct
        delivery_key,
        campaign_id,
        customer_id,
        sender_id,
        channel,
        purpose,
        destination

    from decided

)

select * from final
