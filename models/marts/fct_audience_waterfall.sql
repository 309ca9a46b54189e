with

decisions as (

    select * from {{ ref('fct_campaign_decisions') }}

    -- One row a person: the channel they get it on, else the one they would have.
    where is_first_channel

),

reasons as (

    select * from {{ ref('eligibility_reasons') }}

),

counted as (

    select
        campaign_id,
        channel,
        coalesce(country_code, 'unknown') as country_code,
        reason_code,
        count(*) as customer_count

    from decisions

    group by
        campaign_id,
        channel,
        coalesce(country_code, 'unknown'),
        reason_code

),

final as (

    select

        ---------- ids
        counted.campaign_id,

        ---------- strings
        counted.channel,
        counted.country_code,
        counted.reason_code,
        reasons.stage as reason_stage,
        reasons.marketer_label,
        reasons.what_to_do,

        ---------- numbers
        cast(reasons.reason_order as {{ dbt.type_bigint() }}) as reason_order,
        cast(counted.customer_count as {{ dbt.type_bigint() }}) as customer_count,

        ---------- timestamps
        {{ as_of() }} as decided_at

    from counted

    left join reasons
        on counted.reason_code = reasons.reason_code

)

select * from final
