{#- The first columns of every send table: what the sync needs to know of any row. -#}
{% macro send_columns(decided) -%}
    {{ delivery_key(
            decided ~ '.campaign_id',
            decided ~ '.customer_id',
            decided ~ '.occurrence',
            decided ~ '.step',
        ) }} as delivery_key,
        '{{ invocation_id }}' as build_id,
        {{ decided }}.campaign_id,
        {{ decided }}.occurrence,
        {{ decided }}.customer_id,
        {{ decided }}.channel,
        {{ decided }}.sender_id,
        {{ as_of() }} as decided_at,
        {{ decided }}.send_not_before,
        {{ decided }}.send_not_after,
        cast({{ decided }}.send_rank as {{ dbt.type_bigint() }}) as send_rank,
        {{ decided }}.purpose,
        {{ decided }}.message_type,
        {{ decided }}.destination
{%- endmacro %}
