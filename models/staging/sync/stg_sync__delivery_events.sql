{%- set columns = [
    'delivery_event_id', 'delivery_key', 'run_id', 'build_id', 'campaign_id',
    'customer_id', 'sender_id', 'provider_message_id', 'destination', 'channel',
    'purpose', 'delivery_event', 'reason_code', 'provider_code', 'attempt',
    'occurred_at', 'received_at',
] -%}

with

kept as (

    select * from {{ ref('stg_sync__deliveries_kept') }}

),

-- Read beside them: a CTE that is asked twice is written down whole.
kept_ids as (

    select delivery_event_id from {{ ref('stg_sync__deliveries_kept') }}

),

recent as (

    {{ delivery_events(is_recent('stg_sync__deliveries_kept')) | indent }}

),

-- Written again since: what is kept came first.
known as (

    select kept_ids.delivery_event_id from kept_ids

    where
        kept_ids.delivery_event_id in (
            select recent.delivery_event_id from recent
        )

),

final as (

    select
        {%- for column in columns %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from kept

    union all

    select
        {%- for column in columns %}
        recent.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from recent

    left join known
        on recent.delivery_event_id = known.delivery_event_id

    where known.delivery_event_id is null

)

select * from final
