with

consent_events as (

    select * from {{ source('crm', 'raw_consent_events') }}

),

contact_points as (

    select * from {{ ref('stg_crm__contact_points') }}

),

orders as (

    select * from {{ source('crm', 'raw_orders') }}

),

lapse_scores as (

    select * from {{ source('crm', 'raw_lapse_scores') }}

),

customers as (

    select * from {{ source('crm', 'raw_customers') }}

),

senders as (

    select * from {{ source('crm', 'raw_senders') }}

),

suppressions as (

    select * from {{ source('crm', 'raw_suppressions') }}

),

registry_checks as (

    select * from {{ source('crm', 'raw_registry_checks') }}

),

templates as (

    select * from {{ source('templates', 'raw_templates') }}

),

known_contact_points as (

    select distinct contact_point_id from contact_points

),

known_customers as (

    select distinct {{ trimmed('customer_id') }} as customer_id

    from customers

    where nullif({{ trimmed('customer_id') }}, '') is not null

),

unioned as (

    select
        'raw_consent_events' as source_table,
        consent_event_id as row_key,
        case
            when nullif({{ trimmed('action') }}, '') is null then 'action_missing'
            -- It counts as a withdrawal.
            when
                lower({{ trimmed('action') }}) not in (
                    'grant', 'request', 'confirm', 'renew_notice', 'withdraw', 'deny'
                )
                then 'unknown_action'
            when
                nullif({{ trimmed('consent_events.customer_id') }}, '') is null
                and nullif({{ trimmed('consent_events.contact_point_id') }}, '') is null
                then 'person_missing'
            when
                nullif({{ trimmed('consent_events.customer_id') }}, '') is null
                and known_contact_points.contact_point_id is null
                then 'unknown_contact_point'
            -- It reaches nobody: an id written in another way, or a table that lacks
            -- somebody.
            when
                known_customers.customer_id is null
                and known_contact_points.contact_point_id is null
                then 'unknown_customer'
            when {{ try_timestamp('occurred_at') }} is null
                then 'unreadable_occurred_at'
            when {{ try_timestamp_since_2000('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp_since_2000('received_at') }} as received_at

    from consent_events

    left join known_contact_points
        on
            {{ trimmed('consent_events.contact_point_id') }}
            = known_contact_points.contact_point_id

    left join known_customers
        on
            {{ trimmed('consent_events.customer_id') }}
            = known_customers.customer_id

    union all

    select
        'raw_contact_points' as source_table,
        contact_point_id as row_key,
        case
            when contact_point_id is null then 'id_missing'
            when customer_id is null then 'customer_missing'
            -- Used all the same where the customer's country tells the rest.
            when
                is_address_valid is not true
                and {{ regexp_like('address', '^[0-9]+$') }}
                then 'number_without_country'
            when is_address_valid is not true then 'invalid_address'
            when received_at is null then 'unreadable_received_at'
        end as rejection_code,
        received_at

    from contact_points

    union all

    select
        'raw_orders' as source_table,
        order_id as row_key,
        case
            when nullif({{ trimmed('order_id') }}, '') is null then 'id_missing'
            when nullif({{ trimmed('customer_id') }}, '') is null
                then 'customer_missing'
            when {{ try_timestamp('ordered_at') }} is null
                then 'unreadable_ordered_at'
            when {{ try_decimal('amount') }} is null then 'unreadable_amount'
            when {{ try_decimal('amount') }} < 0 then 'negative_amount'
            -- It is no purchase.
            when
                coalesce(lower({{ trimmed('status') }}), '') not in (
                    'placed', 'cancelled', 'refunded'
                )
                then 'unknown_status'
            when {{ try_timestamp('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp('received_at') }} as received_at

    from orders

    union all

    select
        'raw_lapse_scores' as source_table,
        customer_id as row_key,
        case
            when {{ try_decimal('lapse_risk_score') }} is null
                then 'unreadable_score'
            when {{ try_decimal('lapse_risk_score') }} not between 0 and 1
                then 'score_out_of_range'
            when {{ try_timestamp('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp('received_at') }} as received_at

    from lapse_scores

    union all

    select
        'raw_customers' as source_table,
        customer_id as row_key,
        case
            when nullif({{ trimmed('customer_id') }}, '') is null then 'id_missing'
            when
                nullif({{ trimmed('attributes') }}, '') is not null
                and not {{ is_json('attributes') }}
                then 'broken_json'
            when
                nullif({{ trimmed('is_minor') }}, '') is not null
                and {{ try_boolean('is_minor') }} is null
                then 'unreadable_is_minor'
            when {{ try_timestamp_since_2000('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp_since_2000('received_at') }} as received_at

    from customers

    union all

    select
        'raw_senders' as source_table,
        sender_id as row_key,
        case
            when nullif({{ trimmed('sender_id') }}, '') is null then 'id_missing'
            when
                nullif({{ trimmed('messaging_limit') }}, '') is not null
                and {{ try_bigint('messaging_limit') }} is null
                then 'unreadable_messaging_limit'
            when
                nullif({{ trimmed('messages_per_second') }}, '') is not null
                and coalesce({{ try_bigint('messages_per_second') }} <= 0, true)
                then 'unreadable_messages_per_second'
            when {{ try_timestamp('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp('received_at') }} as received_at

    from senders

    union all

    select
        'raw_suppressions' as source_table,
        suppression_id as row_key,
        case
            when nullif({{ trimmed('suppression_id') }}, '') is null then 'id_missing'
            when nullif({{ trimmed('key_value') }}, '') is null then 'key_missing'
            -- It is tried as either.
            when
                coalesce(lower({{ trimmed('key_type') }}), '') not in (
                    'customer', 'address', 'address_hash'
                )
                then 'unknown_key_type'
            when
                lower({{ trimmed('key_type') }}) = 'customer'
                and known_customers.customer_id is null
                then 'unknown_customer'
            when
                nullif({{ trimmed('starts_at') }}, '') is not null
                and {{ try_timestamp('starts_at') }} is null
                then 'unreadable_starts_at'
            when
                nullif({{ trimmed('ends_at') }}, '') is not null
                and {{ try_timestamp_since_2000('ends_at') }} is null
                then 'unreadable_ends_at'
            when {{ try_timestamp('ends_at') }} < {{ try_timestamp('starts_at') }}
                then 'ends_before_start'
            when {{ try_timestamp_since_2000('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp_since_2000('received_at') }} as received_at

    from suppressions

    left join known_customers
        on {{ trimmed('suppressions.key_value') }} = known_customers.customer_id

    union all

    select
        'raw_registry_checks' as source_table,
        registry_check_id as row_key,
        case
            when nullif({{ trimmed('address') }}, '') is null then 'key_missing'
            -- It counts as listed.
            when
                coalesce(lower({{ trimmed('result') }}), '') not in (
                    'clear', 'listed', 'registered', 'disconnected'
                )
                then 'unknown_result'
            when {{ try_timestamp('checked_at') }} is null
                then 'unreadable_checked_at'
            when {{ try_timestamp_since_2000('received_at') }} is null
                then 'unreadable_received_at'
        end as rejection_code,
        {{ try_timestamp_since_2000('received_at') }} as received_at

    from registry_checks

    union all

    select
        'raw_templates' as source_table,
        account_id as row_key,
        case
            when not {{ is_json('payload') }} then 'broken_json'
            when {{ try_timestamp('fetched_at') }} is null
                then 'unreadable_fetched_at'
            when {{ template_name_in('provider', 'payload') }} is null
                then 'unknown_shape'
        end as rejection_code,
        {{ try_timestamp('fetched_at') }} as received_at

    from templates

),

final as (

    select
        source_table,
        row_key,
        rejection_code,
        received_at

    from unioned

    where rejection_code is not null

)

select * from final
