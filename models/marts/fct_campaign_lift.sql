{#- The 97.5 % point of the normal distribution; with an exponent, so that engines count
    in floating point, or exactly, but never in rounded decimals. -#}
{%- set z = '1.959964e0' -%}
with

people as (

    select * from {{ ref('int_campaign_groups') }}

),

counted as (

    select
        campaign_id,
        {%- for group, is_in in [
            ('treated', 'is_held_out is false'), ('held_out', 'is_held_out'),
        ] %}
        sum(case when {{ is_in }} then 1 else 0 end) as {{ group }}_count,
        sum(case when {{ is_in }} and is_window_over is false then 1 else 0 end)
            as {{ group }}_window_open_count,
        sum(case when {{ is_in }} and is_window_over then 1 else 0 end)
            as {{ group }}_people,
        sum(case when {{ is_in }} and is_window_over and has_bought then 1 else 0 end)
            as {{ group }}_bought_count,
        {%- endfor %}
        sum(case when has_crossed_over then 1 else 0 end) as crossed_over_count

    from people

    group by campaign_id

),

rated as (

    select
        counted.*,
        1e0 * treated_bought_count / nullif(treated_people, 0) as treated_rate,
        1e0 * held_out_bought_count / nullif(held_out_people, 0) as held_out_rate

    from counted

),

-- Wilson's interval of each rate.
wilson as (

    select
        rated.*
        {%- for group in ['treated', 'held_out'] %}
        {%- for side, sign in [('low', '-'), ('high', '+')] %},
        (
            2 * {{ group }}_people * {{ group }}_rate + {{ z }} * {{ z }}
            {{ sign }} {{ z }} * sqrt(
                {{ z }} * {{ z }}
                + 4 * {{ group }}_people * {{ group }}_rate * (1 - {{ group }}_rate)
            )
        ) / (2 * ({{ group }}_people + {{ z }} * {{ z }})) as {{ group }}_{{ side }}
        {%- endfor %}
        {%- endfor %}

    from rated

),

-- Newcombe's interval of their difference is made of the two (Statistics in Medicine
-- 17, 1998, pages 873 to 890, method 10).
compared as (

    select
        wilson.*,
        treated_rate - held_out_rate as lift,
        treated_rate - held_out_rate - sqrt(
            (treated_rate - treated_low) * (treated_rate - treated_low)
            + (held_out_high - held_out_rate) * (held_out_high - held_out_rate)
        ) as lift_low,
        treated_rate - held_out_rate + sqrt(
            (treated_high - treated_rate) * (treated_high - treated_rate)
            + (held_out_rate - held_out_low) * (held_out_rate - held_out_low)
        ) as lift_high

    from wilson

),

final as (

    select

        ---------- ids
        campaign_id,

        ---------- numbers
        {%- for group in ['treated', 'held_out'] %}
        {%- for count in ['count', 'window_open_count', 'bought_count'] %}
        cast({{ group }}_{{ count }} as {{ dbt.type_bigint() }})
            as {{ group }}_{{ count }},
        {%- endfor %}
        {%- endfor %}
        cast(crossed_over_count as {{ dbt.type_bigint() }}) as crossed_over_count,
        cast(treated_rate as numeric(18, 6)) as treated_rate,
        cast(held_out_rate as numeric(18, 6)) as held_out_rate,
        cast(lift as numeric(18, 6)) as lift,
        cast(lift_low as numeric(18, 6)) as lift_low,
        cast(lift_high as numeric(18, 6)) as lift_high,
        cast({{ whole_number('attribution_days') }} as {{ dbt.type_bigint() }})
            as attribution_days,

        ---------- booleans
        treated_people >= {{ whole_number('lift_min_people') }}
        and held_out_people >= {{ whole_number('lift_min_people') }}
            as has_enough_people,

        ---------- timestamps
        {{ as_of() }} as counted_at

    from compared

)

select * from final
