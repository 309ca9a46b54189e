{#- A view without `as_of`: the nightly table filters it, `sync_stops` asks it live. -#}
{{ config(materialized=view_or_table()) }}

with

preferences as (

    select * from {{ ref('stg_whatsapp__preferences') }}
),

statuses as (

    select * from {{ ref('stg_whatsapp__statuses') }}
),

rcs_preferences as (

    {{ staged('rcs', 'stg_rcs__preferences', [
        'agent_id', 'sender_id', 'phone', 'action', 'occurred_at', 'received_at',
    ]) }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

events as (

    -- Who is told by both a number and a user id is known by either.
    {% for key in ["'+' || wa_id", 'user_id'] -%}
    select
        phone_number_id,
        {{ key }} as address,
        case when preference = 'resume' then 'resume' else 'stop' end as preference,
        occurred_at,
        received_at

    from preferences

    union all

    -- Meta tells so only when a message failed for it.
    select
        phone_number_id,
        {{ key }} as address,
        'stop' as preference,
        occurred_at,
        received_at

    from statuses

    where
        status = 'failed'
        and error_code = '131050'
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

spread as (

    select
        'whatsapp' as channel,
        phone_number_id as account_id,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        address,
        preference,
        occurred_at,
        received_at

    from events

    union all

    select
        'whatsapp' as channel,
        events.phone_number_id as account_id,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        aliases.address,
        events.preference,
        events.occurred_at,
        events.received_at

    from events

    inner join aliases
        on events.address = aliases.seen_address

    union all

    select
        'rcs' as channel,
        agent_id as account_id,
        sender_id,
        '+' || replace(phone, '+', '') as address,
        case when action = 'start' then 'resume' else 'stop' end as preference,
        occurred_at,
        received_at

    from rcs_preferences

),

-- Who received the webhook knows best; else the account it came to.
directed as (

    select
        spread.*,
        coalesce(named.sender_id, owners.sender_id) as known_sender_id

    from spread

    left join senders as named
        on
            spread.channel = named.channel
            and spread.sender_id = named.sender_id

    left join senders as owners
        on
            spread.channel = owners.channel
            and spread.account_id = owners.provider_account

    where spread.address is not null

),

-- A stop toward an account we do not know holds for all of ours.
placed as (

    select
        directed.channel,
        senders.sender_id,
        directed.address,
        directed.preference,
        -- A stop counts whatever its date; a clock that runs ahead lifts none that came
        -- later (R3).
        case
            when directed.preference = 'stop'
                then coalesce(directed.occurred_at, directed.received_at)
            else least(directed.occurred_at, directed.received_at)
        end as occurred_at,
        directed.received_at

    from directed

    inner join senders
        on
            directed.channel = senders.channel
            and coalesce(
                directed.known_sender_id = senders.sender_id,
                directed.preference = 'stop'
            )

    -- Of one whose time cannot be read, nobody knows which stops it came after.
    where
        directed.preference = 'stop'
        or (
            directed.occurred_at is not null
            and directed.received_at is not null
        )

),

final as (

    select

        ---------- ids
        sender_id,

        ---------- strings
        channel,
        address,
        preference,

        ---------- timestamps
        occurred_at,
        received_at

    from placed

)

select * from final
