-- What leaves and what was decided are the same set, each once. A destination without
-- a table is the affair of assert_every_sendable_row_has_a_way_out.

with

sent as (

    {% for table in message_tables() -%}
    select delivery_key from {{ ref('sync_' ~ table) }}
    union all
    {% endfor -%}
    select delivery_key from {{ ref('sync_holdout') }}

),

decided as (

    select delivery_key

    from {{ ref('fct_campaign_decisions') }}

    where
        is_held_out
        or (
            is_sendable
            and destination in (
                {%- for name in send_tables() %}
                '{{ name }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
        )

),

counted as (

    select
        delivery_key,
        sum(sent_rows) as sent_rows,
        sum(decided_rows) as decided_rows

    from (

        select
            delivery_key,
            1 as sent_rows,
            0 as decided_rows

        from sent

        union all

        select
            delivery_key,
            0 as sent_rows,
            1 as decided_rows

        from decided

    ) as both_sides

    group by delivery_key

)

select * from counted

where
    sent_rows != 1
    or decided_rows != 1
