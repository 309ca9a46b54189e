with

withdrawals as (

    select * from {{ ref('int_withdrawals_heard') }}

),

preferences as (

    select * from {{ ref('int_platform_preferences') }}

    where
        preference = 'stop'
        and received_at <= {{ as_of() }}

),

relationships as (

    select * from {{ ref('int_relationships') }}

    where
        relationship = 'left'
        and received_at <= {{ as_of() }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

said_on_platforms as (

    -- A platform's own switch is about marketing only.
    select
        channel,
        address,
        'marketing' as purpose,
        sender_id,
        occurred_at

    from preferences

    union all

    select
        channel,
        address,
        '*' as purpose,
        sender_id,
        occurred_at

    from relationships

),

final as (

    select

        ---------- ids
        withdrawals.customer_id,
        '*' as sender_id,
        withdrawals.brand_id,

        ---------- strings
        withdrawals.channel,
        withdrawals.purpose,

        ---------- timestamps
        withdrawals.effective_at as stopped_at

    from withdrawals

    {{ union_distinct() }}

    select
        address_holders.customer_id,
        said_on_platforms.sender_id,
        cast(null as {{ dbt.type_string() }}) as brand_id,
        said_on_platforms.channel,
        said_on_platforms.purpose,
        said_on_platforms.occurred_at as stopped_at

    from said_on_platforms

    inner join address_holders
        on
            said_on_platforms.channel = address_holders.channel
            and said_on_platforms.address = address_holders.address
            and {{ was_held_at(
                'address_holders', 'said_on_platforms.occurred_at'
            ) | indent(12) }}

)

select * from final
