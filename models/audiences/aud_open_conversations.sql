with

reply_windows as (

    select * from {{ ref('int_reply_windows') }}

    where
        is_open
        and last_inbound_at <= {{ as_of() }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

    where channel = 'whatsapp'

),

customers as (

    select * from {{ ref('int_customers') }}

),

writers as (

    select distinct contact_points.customer_id

    from reply_windows

    inner join contact_points
        on
            reply_windows.channel = contact_points.channel
            and reply_windows.address = contact_points.address

),

final as (

    select
        customers.customer_id,
        cast(1 as {{ dbt.type_numeric() }}) as score,
        {{ json_object({
            'first_name': json_text('customers.attributes', ['first_name']),
        }) }} as variables

    from writers

    inner join customers
        on writers.customer_id = customers.customer_id

)

select * from final
