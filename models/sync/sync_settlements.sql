{#- Asked by `ott reconcile`: no `as_of`, so it sees what came since the build. -#}
{{ config(materialized='view') }}

with

statuses as (

    select * from {{ ref('int_delivery_statuses') }}

),

counted as (

    select
        delivery_key,
        max(case when status = 'failed' then 1 else 0 end) as failed_statuses,
        max(
            case when status in ('delivered', 'read', 'played') then 1 else 0 end
        ) as arrived_statuses,
        max(case when status = 'failed' then error_code end) as error_code,
        max(provider_message_id) as provider_message_id,
        max(occurred_at) as occurred_at

    from statuses

    where status in ('sent', 'delivered', 'read', 'played', 'failed')

    group by delivery_key

),

final as (

    select

        ---------- ids
        delivery_key,
        provider_message_id,

        ---------- strings
        case
            when failed_statuses = 1 and arrived_statuses = 0
                then 'reconciled_failed'
            else 'reconciled_sent'
        end as reason_code,
        case when arrived_statuses = 0 then error_code end as provider_code,

        ---------- timestamps
        occurred_at

    from counted

)

select * from final
