{#- What each provider's statuses prove of a delivery, in any order: a whole select from
    `statuses`. What arrived has not failed. -#}
{% macro delivery_proofs() -%}
select
    delivery_key,
    provider,
    max(case when status = 'failed' then 1 else 0 end) as failed_statuses,
    max(
        case when status in ('delivered', 'read', 'played') then 1 else 0 end
    ) as arrived_statuses,
    max(case when status in ('read', 'played') then 1 else 0 end) as read_statuses

from statuses

where status in ('sent', 'delivered', 'read', 'played', 'failed')

group by
    delivery_key,
    provider
{%- endmacro %}
