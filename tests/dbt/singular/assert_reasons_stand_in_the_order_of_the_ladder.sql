-- The gates of the macro and the rows of `eligibility_reasons` are one list.

with

ladder as (

    {% for gate, reason in campaign_gates() + choice_gates() -%}
    select
        {{ loop.index }} as reason_order,
        '{{ reason }}' as reason_code
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

reasons as (

    -- By rank: the numbers have gaps, for what comes between.
    select
        reason_code,
        row_number() over (order by reason_order) as reason_order

    from {{ ref('eligibility_reasons') }}

    where reason_code != 'sendable'

)

select
    ladder.reason_code as in_macro,
    reasons.reason_code as in_seed

from ladder

full outer join reasons
    on
        ladder.reason_order = reasons.reason_order
        and ladder.reason_code = reasons.reason_code

where
    ladder.reason_code is null
    or reasons.reason_code is null
