-- Every status, message and other change that WhatsApp's webhook said is read, once as
-- often as it was received: what reached the warehouse later than `late_days` after its
-- `received_at` is not. `dbt build --full-refresh` takes it in.
with

changes as (

    select * from {{ ref('stg_whatsapp__changes') }}

),

statuses as (

    {{ whatsapp_statuses('changes') | indent }}

),

messages as (

    {{ whatsapp_messages('changes') | indent }}

),

said as (

    select
        'status' as kind,
        message_id || ' ' || message_status as what,
        received_at

    from statuses

    union all

    select
        'message' as kind,
        message_id as what,
        received_at

    from messages

    union all

    select
        'change' as kind,
        field || ' ' || value as what,
        received_at

    from changes

    where field != 'messages'

),

recent as (

    select * from {{ ref('stg_whatsapp__recent') }}

),

recent_statuses as (

    {{ whatsapp_statuses('recent') | indent }}

),

recent_messages as (

    {{ whatsapp_messages('recent') | indent }}

),

read as (

    select
        kind,
        case kind
            when 'status' then message_id || ' ' || message_status
            when 'message' then message_id
            else field || ' ' || value
        end as what,
        received_at

    from {{ ref('stg_whatsapp__kept') }}

    union all

    select
        'status' as kind,
        message_id || ' ' || message_status as what,
        received_at

    from recent_statuses

    union all

    select
        'message' as kind,
        message_id as what,
        received_at

    from recent_messages

    union all

    select
        'change' as kind,
        field || ' ' || value as what,
        received_at

    from recent

    where field != 'messages'

),

said_counted as (

    select
        kind,
        what,
        coalesce(cast(received_at as {{ dbt.type_string() }}), '') as received,
        count(*) as times

    from said

    group by
        kind,
        what,
        coalesce(cast(received_at as {{ dbt.type_string() }}), '')

),

read_counted as (

    select
        kind,
        what,
        coalesce(cast(received_at as {{ dbt.type_string() }}), '') as received,
        count(*) as times

    from read

    group by
        kind,
        what,
        coalesce(cast(received_at as {{ dbt.type_string() }}), '')

)

select
    said_counted.kind,
    said_counted.what,
    said_counted.received,
    said_counted.times,
    read_counted.times as times_read

from said_counted

left join read_counted
    on
        said_counted.kind = read_counted.kind
        and said_counted.what = read_counted.what
        and said_counted.received = read_counted.received

where coalesce(read_counted.times != said_counted.times, true)
