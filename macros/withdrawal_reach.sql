{#- Whom a withdrawal reaches: who said it, and everybody at the address (R8). Two CTEs;
    `withdrawals`, `aliases`, `customer_merges` and `address_holders` stand before them. -#}
{% macro withdrawal_reach() -%}
withdrawn_addresses as (

    select
        withdrawal_id,
        address,
        effective_at

    from withdrawals

    where address is not null

    {{ union_distinct() }}

    select
        withdrawals.withdrawal_id,
        aliases.address,
        withdrawals.effective_at

    from withdrawals

    inner join aliases
        on withdrawals.address = aliases.seen_address

),

reached as (

    select
        withdrawals.withdrawal_id,
        customer_merges.canonical_customer_id as customer_id

    from withdrawals

    inner join customer_merges
        on withdrawals.given_by_customer_id = customer_merges.customer_id

    {{ union_distinct() }}

    select
        withdrawn_addresses.withdrawal_id,
        address_holders.customer_id

    from withdrawn_addresses

    inner join address_holders
        on
            withdrawn_addresses.address = address_holders.address
            and {{ was_held_at(
                'address_holders', 'withdrawn_addresses.effective_at'
            ) | indent(12) }}

),
{%- endmacro %}
