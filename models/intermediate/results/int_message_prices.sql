{#- Read by one model. -#}
{{ config(materialized=view_or_table()) }}

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

    where price_per_message >= 0

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
        placed.delivery_key,
        placed.campaign_id,
        placed.channel,
        placed.destination,
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

    inner join rate_cards
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
        placed.delivery_key,
        placed.campaign_id,

        ---------- strings
        placed.channel,
        placed.destination,
        coalesce(placed.country_code, 'unknown') as country_code,
        placed.purpose,
        ranked.currency,

        ---------- numbers
        cast(
            case
                when ranked.billed_on = 'accepted' or placed.is_delivered
                    then ranked.price_per_message
            end as {{ dbt.type_numeric() }}
        ) as price,

        ---------- booleans
        ranked.price_per_message is not null as is_priced,
        ranked.price_per_message is not null
        and (ranked.billed_on = 'accepted' or placed.is_delivered) as is_billed

    from placed

    left join ranked
        on
            placed.delivery_key = ranked.delivery_key
            and placed.campaign_id = ranked.campaign_id
            and placed.channel = ranked.channel
            and placed.destination = ranked.destination
            and ranked.price_rank = 1

)

select * from final
