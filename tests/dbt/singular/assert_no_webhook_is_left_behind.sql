-- Every status, message and other change that WhatsApp's webhook said is read, once as
-- often as it was received: what reached the warehouse later than `late_days` after its
-- `received_at` is not, nor what an older version could not read, such as words below a
-- picture. `dbt build --full-refresh` takes it in.
{% set status = "message_id || ' ' || message_status || coalesce(error_code, '')" %}
{% set message = dbt.hash(
    "message_id || ' ' || coalesce(wa_id, '') || ' ' || coalesce(user_id, '') || ' '"
    ~ " || coalesce(message_text, '') || ' ' || coalesce(button_text, '')"
) %}
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
        {{ status }} as what,
        received_at

    from statuses

    union all

    select
        'message' as kind,
        {{ message }} as what,
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
            when 'status' then {{ status }}
            when 'message' then {{ message }}
            else field || ' ' || value
        end as what,
        received_at

    from {{ ref('stg_whatsapp__kept') }}

    union all

    select
        'status' as kind,
        {{ status }} as what,
        received_at

    from recent_statuses

    union all

    select
        'message' as kind,
        {{ message }} as what,
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
