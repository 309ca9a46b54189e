{#- What the sync wrote back, each event once: a whole select, of the rows for which the
    condition on `received_at` is true. Many of them are sorted otherwise than a few. -#}
{% macro delivery_events(condition, are_many=false) -%}
{%- set first_of = latest_of_few if are_many else latest_per_key -%}
with

source as (

    select * from {{ source('sync', 'raw_delivery_events') }}

),

wanted as (

    select * from source

    where {{ condition }}

),

-- Written twice is the same event: the first receipt is kept.
first_receipts as (

    {{ first_of(
        'wanted',
        keys=['delivery_event_id'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'run_id asc nulls last',
            'event asc nulls last',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        delivery_event_id,
        delivery_key,
        run_id,
        build_id,
        campaign_id,
        customer_id,
        sender_id,
        provider_message_id,

        ---------- strings
        destination,
        channel,
        purpose,
        event as delivery_event,
        reason_code,
        provider_code,

        ---------- numbers
        attempt,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
{%- endmacro %}
