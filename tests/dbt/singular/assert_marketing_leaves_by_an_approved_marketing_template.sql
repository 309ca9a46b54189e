-- The last word on every template that leaves, listed or announced since, is that it
-- is approved, in that language; and marketing leaves only by a template that is a
-- marketing one or was said to become one.

with

-- A platform's own campaign names its template itself: that is the one its row was
-- judged by.
triggered as (

    {% for table in var('trigger_tables') -%}
    select
        delivery_key,
        campaign_id,
        channel,
        message_type,
        sender_id,
        purpose

    from {{ ref('sync_' ~ table) }}

    where message_type = 'template'
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

synced as (

    {% for table in var('message_tables') -%}
    select
        delivery_key,
        sender_id,
        purpose,
        template_name,
        language_code

    from {{ ref('sync_' ~ table) }}

    where message_type = 'template'

    union all

    {% endfor -%}
    select
        triggered.delivery_key,
        triggered.sender_id,
        triggered.purpose,
        messages.template_name,
        decisions.template_language_code as language_code

    from triggered

    left join {{ ref('campaign_messages') }} as messages
        on
            triggered.campaign_id = messages.campaign_id
            and triggered.channel = messages.channel
            and triggered.message_type = messages.message_type
            and triggered.sender_id = messages.sender_id

    left join {{ ref('fct_campaign_decisions') }} as decisions
        on
            triggered.delivery_key = decisions.delivery_key
            and decisions.is_sendable

),

senders as (

    select distinct
        sender_id,
        template_account_id

    from {{ ref('stg_crm__senders') }}

),

catalogue as (

    select
        account_id,
        template_name,
        language_code,
        status,
        'MARKETING' in (coalesce(category, ''), coalesce(correct_category, ''))
            as is_marketing,
        fetched_at,
        row_number() over (
            partition by account_id, template_name, language_code
            order by fetched_at desc
        ) as version_rank

    from {{ ref('stg_templates__catalogue') }}

    where fetched_at <= {{ as_of() }}

),

announced as (

    select
        catalogue.account_id,
        catalogue.template_name,
        catalogue.language_code,
        events.event,
        events.category,
        row_number() over (
            partition by
                catalogue.account_id,
                catalogue.template_name,
                catalogue.language_code,
                case when events.event = 'CATEGORY_UPDATE' then 1 else 0 end
            order by
                events.occurred_at desc,
                case
                    when events.event in ('APPROVED', 'REINSTATED', 'UNARCHIVED') then 1
                    else 0
                end asc
        ) as word_rank

    from catalogue

    inner join {{ ref('stg_whatsapp__template_events') }} as events
        on
            catalogue.account_id = events.waba_id
            and catalogue.template_name = events.template_name
            and lower(catalogue.language_code)
            = lower(replace(events.language_code, '-', '_'))
            and catalogue.fetched_at < coalesce(events.occurred_at, events.received_at)

    where
        catalogue.version_rank = 1
        and events.received_at <= {{ as_of() }}

)

select synced.delivery_key

from synced

-- Whoever sends by an account nobody knows has no approved template.
left join senders
    on synced.sender_id = senders.sender_id

left join catalogue
    on
        senders.template_account_id = catalogue.account_id
        and synced.template_name = catalogue.template_name
        and synced.language_code = catalogue.language_code
        and catalogue.version_rank = 1

left join announced as last_words
    on
        catalogue.account_id = last_words.account_id
        and catalogue.template_name = last_words.template_name
        and catalogue.language_code = last_words.language_code
        and last_words.word_rank = 1
        and last_words.event != 'CATEGORY_UPDATE'

left join announced as moves
    on
        catalogue.account_id = moves.account_id
        and catalogue.template_name = moves.template_name
        and catalogue.language_code = moves.language_code
        and moves.word_rank = 1
        and moves.event = 'CATEGORY_UPDATE'

where
    (
        coalesce(last_words.event, catalogue.status)
        in ('APPROVED', 'REINSTATED', 'UNARCHIVED')
    ) is not true
    or (
        synced.purpose = 'marketing'
        and (catalogue.is_marketing or moves.category = 'MARKETING') is not true
    )
