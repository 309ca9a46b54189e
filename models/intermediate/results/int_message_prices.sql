with

accepted as (

    select * from {{ ref('int_campaign_deliveries') }}

    where outcome = 'accepted'

),

customers as (

    select * from {{ ref('int_customers') }}

),

rate_cards as (

    select * from {{ ref('rate_cards') }}

),

placed as (

    select
        accepted.*,
        customers.country_code

    from accepted

    left join customers
        on accepted.customer_id = customers.customer_id

),

ranked as (

    select
        placed.*,
        rate_cards.billed_on,
        rate_cards.price_per_message,
        rate_cards.currency,
        row_number() over (
            partition by
                placed.delivery_key,
                placed.campaign_id,
                placed.channel,
                placed.destination
            -- The narrowest row wins, then the newest, then the dearest; the currency
            -- breaks a tie.
            order by
                case when rate_cards.country_code = '*' then 1 else 0 end asc,
                case when rate_cards.purpose = '*' then 1 else 0 end asc,
                case when rate_cards.channel = '*' then 1 else 0 end asc,
                rate_cards.valid_from desc,
                rate_cards.price_per_message desc,
                rate_cards.currency asc,
                rate_cards.billed_on asc
        ) as price_rank

    from placed

    left join rate_cards
        on
            placed.destination = rate_cards.destination
            and rate_cards.channel in ('*', placed.channel)
            and rate_cards.purpose in ('*', placed.purpose)
            and (
                rate_cards.country_code = '*'
                or placed.country_code = rate_cards.country_code
            )
            and placed.taken_at >= rate_cards.valid_from
            and (
                rate_cards.valid_to is null
                or placed.taken_at < rate_cards.valid_to
            )

),

final as (

    select

        ---------- ids
        delivery_key,
        campaign_id,

        ---------- strings
        channel,
        destination,
        coalesce(country_code, 'unknown') as country_code,
        purpose,
        currency,

        ---------- numbers
        cast(
            case
                when billed_on = 'accepted' or is_delivered then price_per_message
            end as {{ dbt.type_numeric() }}
        ) as price,

        ---------- booleans
        price_per_message is not null as is_priced,
        price_per_message is not null
        and (billed_on = 'accepted' or is_delivered) as is_billed

    from ranked

    where price_rank = 1

)

select * from final
