with

message_prices as (

    select * from {{ ref('int_message_prices') }}

),

counted as (

    select
        campaign_id,
        channel,
        destination,
        country_code,
        purpose,
        currency,
        is_priced,
        count(*) as message_count,
        sum(case when is_billed then 1 else 0 end) as billed_count,
        sum(price) as total_price

    from message_prices

    group by
        campaign_id,
        channel,
        destination,
        country_code,
        purpose,
        currency,
        is_priced

),

final as (

    select

        ---------- ids
        campaign_id,

        ---------- strings
        channel,
        destination,
        country_code,
        purpose,
        currency,

        ---------- numbers
        cast(message_count as {{ dbt.type_bigint() }}) as message_count,
        cast(billed_count as {{ dbt.type_bigint() }}) as billed_count,
        cast(
            case when is_priced then coalesce(total_price, 0) end as numeric(18, 6)
        ) as total_cost,

        ---------- booleans
        is_priced,

        ---------- timestamps
        {{ as_of() }} as counted_at

    from counted

)

select * from final
