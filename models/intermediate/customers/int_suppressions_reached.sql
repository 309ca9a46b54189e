{#- A view without `as_of`: the nightly table filters it, `sync_stops` asks it live. -#}
{{ config(materialized=view_or_table()) }}

with

suppressions as (

    select * from {{ ref('stg_crm__suppressions') }}

),

channels as (

    select * from {{ ref('channels') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

countries as (

    select * from {{ ref('countries') }}

),

national_numbers as (

    select * from {{ ref('national_numbers') }}

),

fresh_starts as (

    select * from {{ ref('int_fresh_starts') }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

-- What we do not know widens an entry.
versions as (

    select
        suppressions.suppression_id,
        suppressions.key_type,
        suppressions.key_value,
        suppressions.given_key_value,
        suppressions.suppression_reason,
        channels.channel,
        senders.sender_id,
        case
            when
                suppressions.purpose in (
                    'marketing',
                    'marketing_night',
                    'utility',
                    'authentication',
                    'service'
                )
                then suppressions.purpose
        end as purpose,
        suppressions.starts_at,
        suppressions.ends_at,
        suppressions.received_at

    from suppressions

    left join channels
        on suppressions.channel = channels.channel

    left join senders
        on suppressions.sender_id = senders.sender_id

),

by_customer as (

    select
        customer_merges.canonical_customer_id as customer_id,
        versions.*

    from versions

    inner join customer_merges
        on versions.given_key_value = customer_merges.customer_id

    -- A kind of key we do not know may be either.
    where coalesce(versions.key_type, '') not in ('address', 'address_hash')

),

trunk_prefixes as (

    select distinct
        countries.calling_code,
        national_numbers.trunk_prefix

    from countries

    inner join national_numbers
        on countries.country_code = national_numbers.country_code

    where national_numbers.trunk_prefix != ''

),

calling_codes as (

    select distinct calling_code

    from countries

    where calling_code != ''

),

-- What is theirs, and what was.
known_addresses as (

    select
        customer_id,
        channel,
        address,
        given_address,
        true as is_current,
        cast(null as {{ dbt.type_timestamp() }}) as held_from,
        cast(null as {{ dbt.type_timestamp() }}) as held_to

    from contact_points

    union all

    select
        customer_id,
        channel,
        address,
        address as given_address,
        is_current,
        held_from,
        held_to

    from address_holders

    where is_current is not true

),

spellings as (

    select
        customer_id,
        address,
        address as spelt_address

    from known_addresses

    {{ union_distinct() }}

    select
        customer_id,
        address,
        given_address as spelt_address

    from known_addresses

    {{ union_distinct() }}

    select
        customer_id,
        address,
        {{ other_form_of_address('address') }} as spelt_address

    from known_addresses

    {{ union_distinct() }}

    -- Known by a phone and by an id of WhatsApp's.
    select
        known_addresses.customer_id,
        known_addresses.address,
        aliases.seen_address as spelt_address

    from known_addresses

    inner join aliases
        on known_addresses.address = aliases.address

    where known_addresses.channel = 'whatsapp'

),

-- As it is dialled inside the country, whichever that is; calling codes have one to
-- three digits, and none begins with another.
national_spellings as (

    {% for digits in [1, 2, 3] -%}
    select
        spellings.customer_id,
        spellings.address,
        substring(spellings.spelt_address, {{ digits + 2 }}) as national_number,
        trunk_prefixes.trunk_prefix

    from spellings

    inner join calling_codes
        on
            substring(spellings.spelt_address, 2, {{ digits }})
            = calling_codes.calling_code
            and length(calling_codes.calling_code) = {{ digits }}
            and spellings.spelt_address like '+%'

    left join trunk_prefixes
        on calling_codes.calling_code = trunk_prefixes.calling_code
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

address_keys as (

    select
        customer_id,
        address,
        spelt_address as key_value

    from spellings

    union all

    select
        customer_id,
        address,
        {{ sha256_hex('spelt_address') }} as key_value

    from spellings

    where spelt_address is not null

    union all

    -- With the plus lost.
    select
        customer_id,
        address,
        substring(spelt_address, 2) as key_value

    from spellings

    where spelt_address like '+%'

    union all

    select
        customer_id,
        address,
        national_number as key_value

    from national_spellings

    union all

    select
        customer_id,
        address,
        trunk_prefix || national_number as key_value

    from national_spellings

    where trunk_prefix is not null

),

asked_by_address as (

    {% for key in ['key_value', 'given_key_value'] -%}
    select
        {{ key }} as asked_key,
        versions.*

    from versions

    where coalesce(key_type, 'address') != 'customer'
    {{ union_distinct() if not loop.last }}

    {% endfor %}
),

found_by_address as (

    select
        address_keys.customer_id,
        address_keys.address,
        asked_by_address.*,
        {{ stop_counts_from(
            'asked_by_address.starts_at', 'asked_by_address.received_at'
        ) | indent(8) }} as blocked_at

    from asked_by_address

    inner join address_keys
        on asked_by_address.asked_key = address_keys.key_value

),

-- Whoever has the address, on whatever channel; what somebody said is theirs, also
-- after a new number.
by_address as (

    select distinct found_by_address.*

    from found_by_address

    inner join known_addresses
        on
            found_by_address.customer_id = known_addresses.customer_id
            and found_by_address.address = known_addresses.address

    where
        known_addresses.is_current
        or (
            found_by_address.suppression_reason in ('opt_out', 'complaint')
            and {{ was_held_at(
                'known_addresses', 'found_by_address.blocked_at'
            ) | indent(12) }}
        )

),

-- Of what blocks, only an erasure ends, and only for somebody who came after it and
-- said yes after it.
judged_by_address as (

    select
        by_address.*,
        case
            when
                by_address.suppression_reason = 'erasure'
                and {{ dbt.date_trunc('second', 'fresh_starts.began_at') }}
                > {{ dbt.date_trunc('second', 'by_address.blocked_at') }}
                and {{ dbt.date_trunc('second', 'fresh_starts.said_yes_at') }}
                > {{ dbt.date_trunc('second', 'by_address.blocked_at') }}
                then 1
            else 0
        end as is_lifted

    from by_address

    left join fresh_starts
        on
            by_address.customer_id = fresh_starts.customer_id
            and by_address.address = fresh_starts.address

),

unioned as (

    select
        customer_id,
        suppression_id,
        suppression_reason,
        channel,
        sender_id,
        purpose,
        starts_at,
        ends_at,
        received_at,
        0 as is_lifted

    from by_customer

    union all

    select
        customer_id,
        suppression_id,
        suppression_reason,
        channel,
        sender_id,
        purpose,
        starts_at,
        ends_at,
        received_at,
        is_lifted

    from judged_by_address

),

final as (

    select distinct

        ---------- ids
        customer_id,
        -- A row without an id is nobody's later version.
        coalesce(suppression_id, {{ dbt.hash(
            "coalesce(suppression_reason, '') || '|' || coalesce(channel, '')"
            ~ " || '|' || coalesce(sender_id, '') || '|' || coalesce(purpose, '')"
            ~ " || '|' || coalesce(cast(starts_at as " ~ dbt.type_string() ~ "), '')"
            ~ " || '|' || coalesce(cast(ends_at as " ~ dbt.type_string() ~ "), '')"
            ~ " || '|' || coalesce(cast(received_at as " ~ dbt.type_string() ~ "), '')"
        ) }}) as suppression_id,

        ---------- strings
        -- A reason we do not know is no reason to write.
        case suppression_reason
            when 'opt_out' then 'suppressed_opt_out'
            when 'complaint' then 'suppressed_complaint'
            when 'registry' then 'suppressed_registry'
            when 'invalid_contact' then 'suppressed_contact'
            when 'recycled_number' then 'recycled_number'
            when 'erasure' then 'erased'
            when 'deceased' then 'deceased'
            when 'minor' then 'minor'
            when 'legal_hold' then 'legal_hold'
            else 'suppressed_manual'
        end as reason_code,
        coalesce(channel, '*') as channel,
        coalesce(sender_id, '*') as sender_id,
        coalesce(purpose, '*') as purpose,

        ---------- numbers
        is_lifted,

        ---------- timestamps
        starts_at,
        ends_at,
        received_at

    from unioned

)

select * from final
