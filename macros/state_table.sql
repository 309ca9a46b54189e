{#- A whole state table: what changes on the profiles of one platform. -#}
{% macro state_table(destination, requests_per_second) -%}
with

changes as (

    select * from {{ ref('int_profile_states_changed') }}

    where destination = '{{ destination }}'

),

pairs as (

    select
        customer_id,
        is_withdrawal,
        attribute,
        '"' || {{ json_escape('attribute') }}
        || '":"' || {{ json_escape('attribute_value') }} || '"' as pair

    from changes

),

profiles as (

    select
        customer_id,
        is_withdrawal,
        '{' || {{ dbt.listagg('pair', "','", 'order by attribute') }} || '}' as states

    from pairs

    group by
        customer_id,
        is_withdrawal

),

final as (

    select

        ---------- every send table
        {{ dbt.hash(
            "'" ~ destination ~ "|' || customer_id || '|" ~ invocation_id
            ~ "|' || case when is_withdrawal then 'withdraw' else 'give' end"
        ) }} as delivery_key,
        '{{ invocation_id }}' as build_id,
        '{{ destination }}' as campaign_id,
        'once' as occurrence,
        customer_id,
        '*' as channel,
        '{{ destination.split('_')[0] }}' as sender_id,
        {{ as_of() }} as decided_at,
        {{ as_of() }} as send_not_before,
        {{ dbt.dateadd('hour', var('decision_ttl_hours'), as_of()) }}
            as send_not_after,
        -- What takes something away goes before anything that gives.
        cast(
            row_number() over (
                order by
                    case when is_withdrawal then 0 else 1 end asc,
                    customer_id asc
            ) as {{ dbt.type_bigint() }}
        ) as send_rank,
        'state' as purpose,
        'profile' as message_type,
        '{{ destination }}' as destination,

        ---------- every state table
        is_withdrawal,
        cast({{ requests_per_second }} as {{ dbt.type_bigint() }})
            as requests_per_second,
        states

    from profiles

)

select * from final
{%- endmacro %}
