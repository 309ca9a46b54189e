-- The last word on the template, listed or announced, is that it is approved; it was
-- listed within the day, in that language, and marketing is ready by a template that is
-- a marketing one or was said to become one.

with

ready as (

    select * from {{ ref('fct_campaign_readiness') }}

    where
        is_ready
        and message_type = 'template'

),

senders as (

    select
        sender_id,
        template_account_id,
        row_number() over (
            partition by sender_id
            order by received_at desc
        ) as version_rank

    from {{ ref('stg_crm__senders') }}

    where received_at <= {{ as_of() }}

),

listed as (

    select
        account_id,
        template_name,
        language_code,
        category,
        correct_category,
        status = 'APPROVED' as is_approved,
        fetched_at as said_at

    from {{ ref('stg_templates__catalogue') }}

    where fetched_at <= {{ as_of() }}

),

said as (

    select
        account_id,
        template_name,
        lower(language_code) as language_key,
        is_approved,
        said_at

    from listed

    union all

    select
        waba_id as account_id,
        template_name,
        lower(replace(language_code, '-', '_')) as language_key,
        event in ('APPROVED', 'REINSTATED', 'UNARCHIVED') as is_approved,
        occurred_at as said_at

    from {{ ref('stg_whatsapp__template_events') }}

    where
        received_at <= {{ as_of() }}
        and event != 'CATEGORY_UPDATE'

),

moved as (

    select distinct
        waba_id as account_id,
        template_name,
        lower(replace(language_code, '-', '_')) as language_key

    from {{ ref('stg_whatsapp__template_events') }}

    where
        received_at <= {{ as_of() }}
        and event = 'CATEGORY_UPDATE'
        and category = 'MARKETING'

),

last_said as (

    select
        said.*,
        row_number() over (
            partition by account_id, template_name, language_key
            order by said_at desc, case when is_approved then 1 else 0 end asc
        ) as word_rank

    from said

),

last_listed as (

    select
        listed.*,
        row_number() over (
            partition by account_id, template_name, language_code
            order by said_at desc
        ) as version_rank

    from listed

)

select
    ready.campaign_id,
    ready.language_code

from ready

left join senders
    on
        ready.sender_id = senders.sender_id
        and senders.version_rank = 1

left join last_said
    on
        senders.template_account_id = last_said.account_id
        and ready.template_name = last_said.template_name
        and lower(ready.template_language_code) = last_said.language_key
        and last_said.word_rank = 1

left join last_listed
    on
        senders.template_account_id = last_listed.account_id
        and ready.template_name = last_listed.template_name
        and ready.template_language_code = last_listed.language_code
        and last_listed.version_rank = 1

left join moved
    on
        senders.template_account_id = moved.account_id
        and ready.template_name = moved.template_name
        and lower(ready.template_language_code) = moved.language_key

where
    last_said.is_approved is not true
    or (
        last_listed.said_at > {{ dbt.dateadd(
            'hour', '-1 * ' ~ var('template_max_age_hours'), as_of()
        ) }}
    ) is not true
    or (
        ready.purpose = 'marketing'
        and moved.template_name is null
        and coalesce(last_listed.category, '') != 'MARKETING'
        and coalesce(last_listed.correct_category, '') != 'MARKETING'
    )
