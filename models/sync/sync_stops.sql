{#- Asked while messages go out: no `as_of`, so it sees what came after the build. -#}
{{ config(materialized='view') }}

with

decided as (

    select * from {{ ref('sync_decided') }}

),

people as (

    select * from {{ ref('int_people_today') }}

),

profile_flags as (

    select * from {{ ref('profile_flags') }}

),

withdrawals as (

    select * from {{ ref('int_withdrawals_reached') }}

    where is_lifted = 0

),

night_consents as (

    select * from {{ ref('int_consent_states') }}

    where
        purpose = 'marketing_night'
        and consent_status = 'granted'

),

suppressions as (

    select * from {{ ref('int_suppressions_reached') }}

),

customers as (

    select * from {{ ref('stg_crm__customers') }}

),

people_as_built as (

    select * from {{ ref('int_customers') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

-- Once more: millions that are asked for twice would be held in memory.
merges_of_the_messaged as (

    select * from {{ ref('int_customer_merges') }}

),

delivery_events as (

    select * from {{ ref('stg_sync__delivery_events') }}

),

platform_preferences as (

    select * from {{ ref('int_platform_preferences') }}

),

relationships as (

    select * from {{ ref('int_relationships') }}

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

),

readers as (

    select * from {{ ref('int_whatsapp_readers') }}

),

contact_point_versions as (

    select * from {{ ref('stg_crm__contact_points') }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

template_events as (

    select * from {{ ref('stg_whatsapp__template_events') }}

),

templates as (

    select * from {{ ref('stg_templates__catalogue') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

sender_versions as (

    select * from {{ ref('stg_crm__senders') }}

),

-- What is told of a template: by a webhook, or by a list that was fetched.
template_news as (

    select
        waba_id as account_id,
        template_name,
        language_code,
        event,
        category,
        occurred_at,
        received_at

    from template_events

    where event not in ('APPROVED', 'REINSTATED', 'UNARCHIVED')

    union all

    select
        account_id,
        template_name,
        language_code,
        case
            when status = 'APPROVED' then 'CATEGORY_UPDATE'
            else coalesce(status, 'unknown')
        end as event,
        'MARKETING' as category,
        fetched_at as occurred_at,
        fetched_at as received_at

    from templates

    where
        coalesce(status, '') != 'APPROVED'
        or 'MARKETING' in (coalesce(category, ''), coalesce(correct_category, ''))

),

newest as (

    select max(decided_at) as decided_at from decided

),

-- Not this build's rows alone: a run may still send those of the one before.
decided_rows as (

    select decided.*

    from decided

    cross join newest

    where
        decided.decided_at > {{ dbt.dateadd(
            'hour', '-2 * ' ~ var('decision_ttl_hours'), 'newest.decided_at'
        ) }}
        and decided.is_withdrawal is not true

),

-- A profile's row under each sender and purpose that one of its flags is about.
rows_to_send as (

    select
        delivery_key,
        build_id,
        customer_id,
        channel,
        sender_id,
        purpose,
        message_type,
        template_name,
        language_code,
        decided_at,
        send_not_after

    from decided_rows

    where message_type != 'profile'

    union all

    select
        decided_rows.delivery_key,
        decided_rows.build_id,
        decided_rows.customer_id,
        profile_flags.channel,
        profile_flags.sender_id,
        profile_flags.purpose,
        decided_rows.message_type,
        decided_rows.template_name,
        decided_rows.language_code,
        decided_rows.decided_at,
        decided_rows.send_not_after

    from decided_rows

    inner join profile_flags
        on
            decided_rows.destination = profile_flags.destination
            -- Names of its states begin so: the flag, its end, or its group.
            and (
                {{ dbt.position(
                    "'\"' || profile_flags.flag_name", 'decided_rows.states'
                ) }} > 0
                or {{ dbt.position(
                    "'\"subscription_group:' || profile_flags.subscription_group_id",
                    'decided_rows.states'
                ) }} > 0
            )

    where decided_rows.message_type = 'profile'

),

-- What the build could not count, because it was heard of since; or just before, by a
-- transaction that the build could not see yet.
unjudged_messages as (

    select
        delivery_events.*,
        merges_of_the_messaged.canonical_customer_id

    from delivery_events

    inner join merges_of_the_messaged
        on delivery_events.customer_id = merges_of_the_messaged.customer_id

    cross join newest

    where
        delivery_events.delivery_event
        in ('accepted', 'unknown', 'claimed', 'held_out')
        and coalesce(
            delivery_events.received_at > {{ dbt.dateadd(
                'hour',
                '-2 * ' ~ var('decision_ttl_hours') ~ ' - 1',
                'newest.decided_at'
            ) }},
            true
        )

),

reader_points as (

    select
        contact_points.customer_id,
        contact_points.channel,
        {{ reader_key('contact_points.address') | indent(8) }} as reader_key

    from contact_points

    left join readers
        on
            contact_points.channel = readers.channel
            and contact_points.address = readers.address

    -- Millions have an address.
    where
        contact_points.customer_id in (
            select decided_rows.customer_id from decided_rows
        )
        or contact_points.customer_id in (
            select unjudged_messages.canonical_customer_id from unjudged_messages
        )

),

-- To the person, or to anybody who reads one of their addresses, as caps count it.
people_reached as (

    select
        delivery_key,
        canonical_customer_id as customer_id

    from unjudged_messages

    {{ union_distinct() }}

    select
        unjudged_messages.delivery_key,
        theirs.customer_id

    from unjudged_messages

    inner join reader_points as reached
        on
            unjudged_messages.canonical_customer_id = reached.customer_id
            and unjudged_messages.channel = reached.channel

    inner join reader_points as theirs
        on
            reached.channel = theirs.channel
            and reached.reader_key = theirs.reader_key

    where unjudged_messages.delivery_event != 'held_out'

),

people_messaged as (

    select
        decided_rows.delivery_key,
        decided_rows.build_id,
        case
            when
                decided_rows.campaign_id = unjudged_messages.campaign_id
                and {{ is_delivery_of(
                    'unjudged_messages.delivery_key',
                    'unjudged_messages.campaign_id',
                    'unjudged_messages.customer_id',
                    'decided_rows.occurrence',
                ) | indent(16) }}
                then 'already_messaged'
            -- However long ago: which cap it fills is for the next build to say.
            when
                decided_rows.purpose = 'marketing'
                and coalesce(unjudged_messages.purpose, 'marketing') = 'marketing'
                then 'cap_person'
        end as reason_code,
        unjudged_messages.occurred_at as stopped_at,
        unjudged_messages.received_at as known_at

    from decided_rows

    inner join people_reached
        on decided_rows.customer_id = people_reached.customer_id

    inner join unjudged_messages
        on
            people_reached.delivery_key = unjudged_messages.delivery_key
            and decided_rows.delivery_key != unjudged_messages.delivery_key
            and coalesce(
                {{ dbt.dateadd('hour', -1, 'decided_rows.decided_at') }}
                < unjudged_messages.received_at,
                true
            )

    where decided_rows.message_type != 'profile'

),

ranked_suppressions as (

    select
        suppressions.*,
        {{ entry_version_rank() | indent(4) }} as version_rank

    from suppressions

),

people_as_decided as (

    select distinct
        decided_rows.customer_id,
        decided_rows.person_key

    from decided_rows

    inner join people
        on
            decided_rows.customer_id = people.customer_id
            and decided_rows.person_key = people.person_key

),

-- All ids of those who have a row.
ids_to_send as (

    select
        customer_merges.customer_id,
        customer_merges.canonical_customer_id

    from customer_merges

    where
        customer_merges.canonical_customer_id
        in (select decided_rows.customer_id from decided_rows)

),

customers_to_send as (

    select
        customers.customer_id,
        customers.country_code,
        customers.time_zone,
        customers.erased_at,
        customers.is_minor,
        customers.received_at

    from customers

    where customers.customer_id in (select ids_to_send.customer_id from ids_to_send)

),

-- Whatever its date, and though a later version knows nothing of it, as in
-- int_customers.
erased_customers as (

    select
        customer_id,
        min(erased_at) as erased_at,
        min(received_at) as received_at

    from customers_to_send

    where erased_at is not null

    group by customer_id

),

ranked_customers as (

    select
        customer_id,
        country_code,
        time_zone,
        is_minor,
        received_at,
        row_number() over (
            partition by customer_id
            -- The version received last wins; a minor wins a tie, and whenever it came.
            order by
                case when received_at is null and is_minor then 0 else 1 end asc,
                received_at desc nulls last,
                case when is_minor then 0 else 1 end asc
        ) as version_rank

    from customers_to_send

),

ranked_preferences as (

    select
        platform_preferences.*,
        row_number() over (
            partition by channel, sender_id, address
            -- The last word counts; at one instant "stop" wins.
            order by occurred_at desc nulls first, preference desc
        ) as event_rank

    from platform_preferences

),

ranked_relationships as (

    select
        relationships.*,
        row_number() over (
            partition by channel, sender_id, address
            -- As in int_customer_relationships.
            order by occurred_at desc nulls first, relationship desc
        ) as event_rank

    from relationships

),

stopped as (

    select
        delivery_key,
        build_id,
        reason_code,
        stopped_at,
        known_at

    from people_messaged

    where reason_code is not null

    union all

    -- Two records may have become one person, and both have a row: whoever was merged
    -- since is judged anew by the next build.
    select
        decided_rows.delivery_key,
        decided_rows.build_id,
        'merged_since' as reason_code,
        decided_rows.decided_at as stopped_at,
        cast(null as {{ dbt.type_timestamp() }}) as known_at

    from decided_rows

    left join people_as_decided
        on
            decided_rows.customer_id = people_as_decided.customer_id
            and decided_rows.person_key = people_as_decided.person_key

    where
        decided_rows.person_key is not null
        and people_as_decided.customer_id is null

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'consent_withdrawn' as reason_code,
        withdrawals.withdrawn_at as stopped_at,
        withdrawals.received_at as known_at

    from rows_to_send

    inner join withdrawals
        on
            rows_to_send.customer_id = withdrawals.customer_id
            and rows_to_send.channel = withdrawals.judged_channel
            and rows_to_send.sender_id = withdrawals.judged_sender_id
            and rows_to_send.purpose = withdrawals.judged_purpose

    union all

    -- A row may leave at night by a yes that is gone since.
    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'quiet_hours' as reason_code,
        withdrawals.withdrawn_at as stopped_at,
        withdrawals.received_at as known_at

    from rows_to_send

    inner join withdrawals
        on
            rows_to_send.customer_id = withdrawals.customer_id
            and rows_to_send.channel = withdrawals.judged_channel
            and rows_to_send.sender_id = withdrawals.judged_sender_id
            and withdrawals.judged_purpose = 'marketing_night'

    left join night_consents
        on
            rows_to_send.customer_id = night_consents.customer_id
            and rows_to_send.channel = night_consents.channel
            and rows_to_send.sender_id = night_consents.sender_id

    where
        rows_to_send.purpose = 'marketing'
        and rows_to_send.message_type != 'profile'
        and (
            night_consents.customer_id is not null
            -- A newer build knows of it, the older one whose row this is did not.
            or {{ dbt.dateadd('hour', -1, 'rows_to_send.decided_at') }}
            < withdrawals.received_at
        )

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        ranked_suppressions.reason_code,
        ranked_suppressions.starts_at as stopped_at,
        ranked_suppressions.received_at as known_at

    from rows_to_send

    inner join ranked_suppressions
        on
            rows_to_send.customer_id = ranked_suppressions.customer_id
            and ranked_suppressions.version_rank = 1
            and ranked_suppressions.is_lifted = 0
            -- One that starts while the row may be sent stops it already.
            and coalesce(
                rows_to_send.send_not_after > ranked_suppressions.starts_at, true
            )
            and (
                -- What had ended when we heard of it, as a register's good answer has,
                -- stops nobody.
                coalesce(
                    greatest(
                        rows_to_send.decided_at,
                        coalesce(
                            ranked_suppressions.received_at, rows_to_send.decided_at
                        )
                    ) < ranked_suppressions.ends_at,
                    true
                )
                -- An end before its beginning is none.
                or ranked_suppressions.ends_at < ranked_suppressions.starts_at
            )
            and (
                ranked_suppressions.channel = '*'
                or rows_to_send.channel = ranked_suppressions.channel
            )
            and (
                ranked_suppressions.sender_id = '*'
                or rows_to_send.sender_id = ranked_suppressions.sender_id
            )
            and (
                ranked_suppressions.purpose = '*'
                or rows_to_send.purpose = ranked_suppressions.purpose
            )
            and (
                ranked_suppressions.reason_code != 'minor'
                or rows_to_send.purpose != 'service'
            )

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'erased' as reason_code,
        erased_customers.erased_at as stopped_at,
        erased_customers.received_at as known_at

    from rows_to_send

    inner join ids_to_send
        on rows_to_send.customer_id = ids_to_send.canonical_customer_id

    inner join erased_customers
        on ids_to_send.customer_id = erased_customers.customer_id

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'minor' as reason_code,
        cast(null as {{ dbt.type_timestamp() }}) as stopped_at,
        ranked_customers.received_at as known_at

    from rows_to_send

    inner join ids_to_send
        on rows_to_send.customer_id = ids_to_send.canonical_customer_id

    inner join ranked_customers
        on
            ids_to_send.customer_id = ranked_customers.customer_id
            and ranked_customers.version_rank = 1
            and ranked_customers.is_minor

    where rows_to_send.purpose != 'service'

    union all

    -- Another country has other laws, and another zone other nights.
    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'moved_since' as reason_code,
        ranked_customers.received_at as stopped_at,
        ranked_customers.received_at as known_at

    from rows_to_send

    inner join people_as_built
        on rows_to_send.customer_id = people_as_built.customer_id

    inner join ranked_customers
        on
            rows_to_send.customer_id = ranked_customers.customer_id
            and ranked_customers.version_rank = 1
            and rows_to_send.decided_at < ranked_customers.received_at

    where
        rows_to_send.message_type != 'profile'
        and (
            coalesce(ranked_customers.country_code, '')
            != people_as_built.country_as_given
            or coalesce(ranked_customers.time_zone, '')
            != coalesce(people_as_built.time_zone, '')
        )

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'platform_opt_out' as reason_code,
        ranked_preferences.occurred_at as stopped_at,
        ranked_preferences.received_at as known_at

    from rows_to_send

    inner join address_holders
        on
            rows_to_send.customer_id = address_holders.customer_id
            and rows_to_send.channel = address_holders.channel

    inner join ranked_preferences
        on
            address_holders.address = ranked_preferences.address
            and address_holders.channel = ranked_preferences.channel
            and {{ was_held_at(
                'address_holders', 'ranked_preferences.occurred_at'
            ) | indent(12) }}
            and rows_to_send.sender_id = ranked_preferences.sender_id
            and ranked_preferences.event_rank = 1
            and ranked_preferences.preference = 'stop'

    where rows_to_send.purpose = 'marketing'

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'relationship_left' as reason_code,
        ranked_relationships.occurred_at as stopped_at,
        ranked_relationships.received_at as known_at

    from rows_to_send

    inner join contact_points
        on
            rows_to_send.customer_id = contact_points.customer_id
            and rows_to_send.channel = contact_points.channel

    inner join ranked_relationships
        on
            contact_points.address = ranked_relationships.address
            and contact_points.channel = ranked_relationships.channel
            and (
                ranked_relationships.sender_id = '*'
                or rows_to_send.sender_id = ranked_relationships.sender_id
            )
            and ranked_relationships.event_rank = 1
            and ranked_relationships.relationship = 'left'
            -- What the build knew, it has judged.
            and coalesce(
                rows_to_send.decided_at < ranked_relationships.received_at, true
            )

    union all

    -- An address that is no longer what the build knew: it is somebody else's, or is
    -- while the row may be sent, or cannot be reached, or is another one by now. One
    -- that the build knew to be so was not chosen.
    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        case
            when
                contact_point_versions.contact_status = 'recycled'
                or contact_point_versions.owned_to < rows_to_send.send_not_after
                or coalesce(
                    owners.canonical_customer_id != rows_to_send.customer_id, true
                )
                then 'recycled_number'
            else 'address_changed'
        end as reason_code,
        contact_point_versions.owned_to as stopped_at,
        contact_point_versions.received_at as known_at

    from contact_point_versions

    inner join contact_points
        on
            contact_point_versions.contact_point_id = contact_points.contact_point_id
            and contact_points.is_address_valid
            and contact_points.is_reachable
            and contact_points.is_not_recycled
            and contact_points.is_owned_now

    inner join rows_to_send
        on
            contact_points.customer_id = rows_to_send.customer_id
            and contact_points.channel = rows_to_send.channel
            and coalesce(
                contact_point_versions.received_at > rows_to_send.decided_at, true
            )

    left join ids_to_send as owners
        on contact_point_versions.customer_id = owners.customer_id

    where
        rows_to_send.message_type != 'profile'
        and (
            coalesce(contact_point_versions.contact_status, 'unknown') != 'active'
            or contact_point_versions.owned_to < rows_to_send.send_not_after
            -- An undated one may block, it moves nothing: as in int_contact_points.
            or (
                contact_point_versions.received_at is not null
                and (
                    coalesce(
                        owners.canonical_customer_id != rows_to_send.customer_id, true
                    )
                    or contact_point_versions.owned_from > rows_to_send.decided_at
                    or coalesce(
                        contact_point_versions.channel != contact_points.channel, true
                    )
                    or coalesce(
                        contact_point_versions.address not in (
                            contact_points.address, contact_points.given_address
                        ),
                        true
                    )
                    or coalesce(
                        contact_point_versions.sender_id != rows_to_send.sender_id,
                        contact_points.sender_id is not null
                    )
                )
            )
        )

    union all

    -- One that is heard of ahead of its time is for the build of then.
    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        'sender_restricted' as reason_code,
        sender_versions.received_at as stopped_at,
        sender_versions.received_at as known_at

    from rows_to_send

    inner join sender_versions
        on
            rows_to_send.sender_id = sender_versions.sender_id
            and rows_to_send.decided_at < sender_versions.received_at
            and rows_to_send.send_not_after > sender_versions.received_at

    where
        ({{ may_sender_send(
            'sender_versions', 'rows_to_send.purpose'
        ) | indent(8) }}) is not true

    union all

    select
        rows_to_send.delivery_key,
        rows_to_send.build_id,
        case
            when template_news.event = 'CATEGORY_UPDATE' then 'category_changed'
            else 'template_not_approved'
        end as reason_code,
        template_news.occurred_at as stopped_at,
        template_news.received_at as known_at

    from rows_to_send

    inner join senders
        on rows_to_send.sender_id = senders.sender_id

    inner join template_news
        on
            senders.template_account_id = template_news.account_id
            and rows_to_send.template_name = template_news.template_name
            and lower(replace(rows_to_send.language_code, '-', '_'))
            = lower(replace(template_news.language_code, '-', '_'))
            and coalesce(
                rows_to_send.decided_at < template_news.received_at, true
            )

    where
        rows_to_send.message_type = 'template'
        and (
            template_news.event != 'CATEGORY_UPDATE'
            or upper(rows_to_send.purpose) != template_news.category
        )

),

ranked as (

    select
        stopped.*,
        row_number() over (
            partition by delivery_key, build_id
            -- One row a decided row: the stop heard of last.
            order by known_at desc nulls first, reason_code asc
        ) as stop_rank

    from stopped

),

final as (

    select

        ---------- ids
        delivery_key,
        -- What stops an older build's row, a newer one may have judged.
        build_id,

        ---------- strings
        reason_code,

        ---------- timestamps
        stopped_at,
        known_at

    from ranked

    where stop_rank = 1

)

select * from final
