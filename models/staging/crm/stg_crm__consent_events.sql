with

source as (

    select * from {{ source('crm', 'raw_consent_events') }}

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('consent_event_id') }}, '') as given_event_id,
        nullif({{ trimmed('customer_id') }}, '') as customer_id,
        nullif({{ trimmed('contact_point_id') }}, '') as contact_point_id,
        nullif({{ trimmed('sender_id') }}, '') as sender_id,

        ---------- strings
        nullif(lower({{ trimmed('channel') }}), '') as channel,
        nullif(lower({{ trimmed('purpose') }}), '') as purpose,
        nullif(lower({{ trimmed('action') }}), '') as action,
        nullif(lower({{ trimmed('basis') }}), '') as basis,
        nullif(lower({{ trimmed('actor') }}), '') as actor,
        nullif(lower({{ trimmed('method') }}), '') as method,
        nullif({{ trimmed('text_version') }}, '') as text_version,
        -- A date alone is a day, whatever is said of it.
        case
            when length({{ trimmed('occurred_at') }}) = 10 then 'day'
            else nullif(lower({{ trimmed('occurred_precision') }}), '')
        end as occurred_precision,

        ---------- timestamps
        {{ try_timestamp('occurred_at') }} as occurred_at,
        {{ try_timestamp_since_2000('received_at') }} as received_at

    from source

),

identified as (

    select
        renamed.*,
        coalesce(
            given_event_id,
            {{ dbt.hash(
                "coalesce(customer_id, '') || '|' || coalesce(contact_point_id, '')"
                ~ " || '|' || coalesce(channel, '') || '|' || coalesce(purpose, '')"
                ~ " || '|' || coalesce(sender_id, '') || '|' || coalesce(action, '')"
                ~ " || '|' || coalesce(cast(occurred_at as "
                ~ dbt.type_string() ~ "), '')"
            ) }}
        ) as consent_event_id,
        -- A stop is dropped for none but its own repeat.
        case
            when action not in {{ yes_actions() }}
                then
                    coalesce(channel, '') || '|' || coalesce(purpose, '') || '|'
                    || coalesce(sender_id, '') || '|' || coalesce(customer_id, '')
                    || '|' || coalesce(contact_point_id, '') || '|'
                    || case
                        when given_event_id is null and occurred_at is null
                            then
                                coalesce(
                                    cast(received_at as {{ dbt.type_string() }}), ''
                                )
                        else
                            coalesce(cast(occurred_at as {{ dbt.type_string() }}), '')
                    end
            else ''
        end as repeat_key

    from renamed

    -- No action is no event; `stg_crm__rejected` counts it.
    where action is not null

),

-- The first receipt is kept (R2); an id used again for another action is another
-- event, and so is a stop of something else. The rest makes the order total.
first_receipts as (

    {{ latest_per_key(
        'identified',
        keys=['consent_event_id', 'action', 'repeat_key'],
        order_by=[
            'received_at asc nulls last',
            'occurred_at asc nulls last',
            'channel asc nulls first',
            'purpose asc nulls first',
            'sender_id asc nulls first',
            'customer_id asc nulls first',
            'contact_point_id asc nulls first',
            'basis asc nulls first',
            'actor asc nulls first',
            'method asc nulls first',
            'text_version asc nulls first',
            'occurred_precision asc nulls first',
        ],
    ) }}

),

final as (

    select

        ---------- ids
        consent_event_id,
        customer_id,
        contact_point_id,
        sender_id,

        ---------- strings
        channel,
        purpose,
        action,
        basis,
        actor,
        method,
        text_version,
        occurred_precision,

        ---------- timestamps
        occurred_at,
        received_at

    from first_receipts

)

select * from final
