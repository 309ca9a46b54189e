{#- A view without `as_of`, for `int_withdrawals_reached`. -#}
{{ config(materialized=view_or_table()) }}

with

consent_events as (

    select * from {{ ref('stg_crm__consent_events') }}

),

inbound_messages as (

    select * from {{ ref('int_inbound_messages') }}

),

operator_stops as (

    select * from {{ ref('stg_sync__operator_stops') }}

),

provider_preferences as (

    select * from {{ ref('int_provider_preferences') }}

    -- A start is no yes to us: it lifts nothing of ours.
    where preference = 'stop'

),

contact_points as (

    select
        contact_point_id,
        address

    -- What it was then, too: an address may have moved on since.
    from {{ ref('int_contact_point_versions') }}

    where address is not null

    {{ union_distinct() }}

    -- One may have come after the build, with the stop.
    select
        contact_point_id,
        address

    from {{ ref('stg_crm__contact_points') }}

    where
        address is not null
        and {{ 'false' if is_replay() else 'received_at > ' ~ as_of() }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

channels as (

    select * from {{ ref('channels') }}

),

stop_keywords as (

    select distinct {{ fold_text('keyword') }} as stop_word

    from {{ ref('stop_keywords') }}

    where effect = 'withdraw'

),

-- A word we do not know is no yes: in doubt it takes one back. Stops under one id are
-- lifted one by one, so each has its own.
crm_withdrawals as (

    select
        consent_events.*,
        case
            when count(*) over (partition by consent_event_id) = 1
                then consent_event_id
            else
                consent_event_id || '|' || {{ dbt.hash(
                    "action || '|' || coalesce(customer_id, '')"
                    ~ " || '|' || coalesce(contact_point_id, '')"
                    ~ " || '|' || coalesce(channel, '')"
                    ~ " || '|' || coalesce(purpose, '')"
                    ~ " || '|' || coalesce(sender_id, '')"
                    ~ " || '|' || coalesce(cast(occurred_at as "
                    ~ dbt.type_string() ~ "), '')"
                    ~ " || '|' || coalesce(cast(received_at as "
                    ~ dbt.type_string() ~ "), '')"
                ) | indent(16) }}
        end as withdrawal_id

    from consent_events

    where action not in {{ yes_actions() }}

),

said_in_crm as (

    select
        crm_withdrawals.withdrawal_id,
        crm_withdrawals.customer_id as given_by_customer_id,
        contact_points.address,
        crm_withdrawals.sender_id,
        crm_withdrawals.channel,
        crm_withdrawals.purpose,
        crm_withdrawals.occurred_precision,
        crm_withdrawals.occurred_at,
        crm_withdrawals.received_at

    from crm_withdrawals

    left join contact_points
        on crm_withdrawals.contact_point_id = contact_points.contact_point_id

),

-- A button says what it is in its label or in its payload.
said_texts as (

    {% for said in ['message_text', 'label_text'] -%}
    select
        message_id,
        sender_id,
        channel,
        address,
        {{ fold_text(said) }} as said_word,
        occurred_at,
        received_at

    from inbound_messages

    -- No stop word is as long, whatever stands around it.
    where length({{ said }}) <= 200
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

said_in_messages as (

    select distinct
        said_texts.message_id as withdrawal_id,
        cast(null as {{ dbt.type_string() }}) as given_by_customer_id,
        said_texts.address,
        said_texts.sender_id,
        said_texts.channel,
        'marketing' as purpose,
        'second' as occurred_precision,
        said_texts.occurred_at,
        said_texts.received_at

    from said_texts

    inner join stop_keywords
        on said_texts.said_word = stop_keywords.stop_word

    where said_texts.said_word != ''

),

said_to_an_operator as (

    select
        operator_stop_id as withdrawal_id,
        customer_id as given_by_customer_id,
        cast(null as {{ dbt.type_string() }}) as address,
        cast(null as {{ dbt.type_string() }}) as sender_id,
        channel,
        purpose,
        'second' as occurred_precision,
        occurred_at,
        received_at

    from operator_stops

),

-- A provider tells no id of a stop: what is alike in all of this is one.
said_to_a_provider as (

    select distinct
        'provider-' || {{ dbt.hash(
            "coalesce(sender_id, '') || '|' || coalesce(customer_id, '') || '|'"
            ~ " || coalesce(address, '') || '|' || coalesce(channel, '') || '|'"
            ~ " || cast(occurred_at as " ~ dbt.type_string() ~ ") || '|'"
            ~ " || coalesce(cast(received_at as " ~ dbt.type_string() ~ "), '')"
        ) }} as withdrawal_id,
        customer_id as given_by_customer_id,
        address,
        sender_id,
        channel,
        'marketing' as purpose,
        'second' as occurred_precision,
        occurred_at,
        received_at

    from provider_preferences

),

unioned as (

    select * from said_in_crm
    union all
    select * from said_to_a_provider
    union all
    select * from said_in_messages
    union all
    select * from said_to_an_operator

),

final as (

    select

        ---------- ids
        unioned.withdrawal_id,
        unioned.given_by_customer_id,
        unioned.address,
        -- A withdrawal holds for the whole brand; of an unknown brand, for all.
        senders.brand_id,

        ---------- strings
        -- What we do not know widens a withdrawal.
        coalesce(channels.channel, '*') as channel,
        case
            when
                unioned.purpose in (
                    'marketing',
                    'marketing_night',
                    'utility',
                    'authentication',
                    'service'
                )
                then unioned.purpose
            else '*'
        end as purpose,

        ---------- booleans
        coalesce(unioned.sender_id, '*') != '*' as names_a_sender,
        coalesce(unioned.occurred_precision, 'second') = 'millisecond'
            as has_milliseconds,

        ---------- timestamps
        -- No date, or one that cannot be: it counts from when we heard of it (R3).
        case
            -- A day's stop lasts to the end of the day.
            when
                unioned.occurred_precision = 'day'
                and {{ can_be_its_date('unioned.occurred_at', 'unioned.received_at')
                    | indent(16) }}
                then {{ dbt.dateadd('second', 86399, dbt.date_trunc(
                    'day', 'unioned.occurred_at'
                )) }}
            else {{ stop_counts_from('unioned.occurred_at', 'unioned.received_at')
                | indent(12) }}
        end as effective_at,
        unioned.received_at

    from unioned

    left join senders
        on unioned.sender_id = senders.sender_id

    left join channels
        on unioned.channel = channels.channel

)

select * from final
