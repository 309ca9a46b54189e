with

deliveries as (

    select * from {{ ref('int_campaign_deliveries') }}

),

responses as (

    select * from {{ ref('int_campaign_responses') }}

),

messages as (

    select
        campaign_id,
        channel,
        destination,
        count(*) as decided_count,
        {%- for outcome in [
            'not_tried', 'skipped', 'deferred', 'refused', 'unknown', 'accepted',
            'held_out',
        ] %}
        sum(case when outcome = '{{ outcome }}' then 1 else 0 end)
            as {{ outcome }}_count,
        {%- endfor %}
        sum(case when is_delivered then 1 else 0 end) as delivered_count,
        sum(case when is_read then 1 else 0 end) as read_count,
        sum(case when is_failed then 1 else 0 end) as failed_count

    from deliveries

    group by
        campaign_id,
        channel,
        destination

),

people as (

    select
        campaign_id,
        channel,
        destination,
        count(*) as customer_count,
        sum(case when has_replied then 1 else 0 end) as replied_count,
        sum(case when has_said_stop then 1 else 0 end) as stopped_count,
        sum(case when is_window_over then 0 else 1 end) as window_open_count,
        sum(case when has_bought and is_window_over then 1 else 0 end)
            as bought_count,
        sum(case when has_bought and is_window_over is false then 1 else 0 end)
            as bought_early_count

    from responses

    group by
        campaign_id,
        channel,
        destination

),

final as (

    select

        ---------- ids
        messages.campaign_id,

        ---------- strings
        messages.channel,
        messages.destination,

        ---------- numbers
        {%- for count in [
            'decided', 'not_tried', 'skipped', 'deferred', 'refused', 'unknown',
            'accepted', 'held_out', 'delivered', 'read', 'failed',
        ] %}
        cast(messages.{{ count }}_count as {{ dbt.type_bigint() }})
            as {{ count }}_count,
        {%- endfor %}
        {%- for count in [
            'customer', 'replied', 'stopped', 'window_open', 'bought', 'bought_early',
        ] %}
        cast(coalesce(people.{{ count }}_count, 0) as {{ dbt.type_bigint() }})
            as {{ count }}_count,
        {%- endfor %}
        cast({{ whole_number('attribution_days') }} as {{ dbt.type_bigint() }})
            as attribution_days,

        ---------- timestamps
        {{ as_of() }} as counted_at

    from messages

    left join people
        on
            messages.campaign_id = people.campaign_id
            and messages.channel = people.channel
            and messages.destination = people.destination

)

select * from final
