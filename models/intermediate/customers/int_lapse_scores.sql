with

purchases as (

    select * from {{ ref('int_purchases') }}

),

given_scores as (

    select * from {{ ref('stg_crm__lapse_scores') }}

    where
        received_at <= {{ as_of() }}
        and scored_at <= {{ as_of() }}
        and scored_at > {{ dbt.dateadd(
            'day', '-1 * ' ~ var('lapse_score_max_age_days'), as_of()
        ) }}
        and lapse_risk_score between 0 and 1
        {%- if var('lapse_score_model_version') %}
        and model_version = '{{ var('lapse_score_model_version') }}'
        {%- endif %}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

last_purchases as (

    select
        customer_id,
        max(ordered_at) as last_ordered_at

    from purchases

    group by customer_id

),

purchase_days as (

    select distinct
        customer_id,
        cast(ordered_at as date) as ordered_on

    from purchases

),

with_previous as (

    select
        customer_id,
        ordered_on,
        lag(ordered_on) over (
            partition by customer_id order by ordered_on
        ) as previous_ordered_on

    from purchase_days

),

-- Whole days between days: the same number on every engine.
gaps as (

    select
        customer_id,
        cast(
            {{ dbt.datediff('previous_ordered_on', 'ordered_on', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as gap_days

    from with_previous

    where previous_ordered_on is not null

),

recencies as (

    select
        customer_id,
        max(ordered_on) as last_ordered_on,
        count(*) as purchase_day_count,
        cast(
            {{ dbt.datediff(
                'max(ordered_on)', 'cast(' ~ as_of() ~ ' as date)', 'day'
            ) }} as {{ dbt.type_bigint() }}
        ) as recency_days

    from purchase_days

    group by customer_id

),

own_gaps as (

    select
        recencies.customer_id,
        count(gaps.gap_days) as own_gap_count,
        count(
            case when gaps.gap_days <= recencies.recency_days then 1 end
        ) as own_gaps_exceeded

    from recencies

    left join gaps
        on recencies.customer_id = gaps.customer_id

    group by recencies.customer_id

),

-- How often all customers had come back after so many days.
pool_counts as (

    select
        gap_days,
        count(*) as gap_count

    from gaps

    group by gap_days

),

pool as (

    select
        gap_days,
        sum(gap_count) over (order by gap_days rows unbounded preceding) * 1.0
        / sum(gap_count) over () as pool_share,
        lead(gap_days) over (order by gap_days) as next_gap_days

    from pool_counts

),

-- Many customers have the same.
pauses as (

    select distinct recency_days from recencies

),

pool_shares as (

    select
        pauses.recency_days,
        pool.pool_share

    from pauses

    inner join pool
        on
            pauses.recency_days >= pool.gap_days
            and coalesce(pauses.recency_days < pool.next_gap_days, true)

),

computed as (

    select
        recencies.customer_id,
        recencies.recency_days,
        recencies.purchase_day_count,
        (
            own_gaps.own_gaps_exceeded
            + {{ var('lapse_score_pool_weight') }} * coalesce(pool_shares.pool_share, 0)
        ) * 1.0
        / (
            own_gaps.own_gap_count + {{ var('lapse_score_pool_weight') }}
        ) as lapse_risk_score

    from recencies

    inner join own_gaps
        on recencies.customer_id = own_gaps.customer_id

    left join pool_shares
        on recencies.recency_days = pool_shares.recency_days

),

-- Whoever bought since is no longer whom the score is about.
given as (

    select
        customer_merges.canonical_customer_id as customer_id,
        given_scores.lapse_risk_score,
        given_scores.model_version,
        row_number() over (
            partition by customer_merges.canonical_customer_id
            -- Scored last wins; the lower score wins a tie.
            order by
                given_scores.scored_at desc,
                given_scores.lapse_risk_score asc,
                given_scores.customer_id asc
        ) as score_rank

    from given_scores

    inner join customer_merges
        on given_scores.customer_id = customer_merges.customer_id

    inner join last_purchases
        on
            customer_merges.canonical_customer_id = last_purchases.customer_id
            and given_scores.scored_at > last_purchases.last_ordered_at

),

final as (

    select

        ---------- ids
        computed.customer_id,

        ---------- strings
        case when given.customer_id is null then 'own rhythm' else 'warehouse' end
            as score_source,
        coalesce(given.model_version, 'own-rhythm-1') as model_version,

        ---------- numbers
        cast(
            coalesce(given.lapse_risk_score, computed.lapse_risk_score)
            as {{ dbt.type_numeric() }}
        ) as lapse_risk_score,
        computed.recency_days,
        computed.purchase_day_count

    from computed

    left join given
        on
            computed.customer_id = given.customer_id
            and given.score_rank = 1

)

select * from final
