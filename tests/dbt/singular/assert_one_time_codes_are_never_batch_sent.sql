-- A template that is listed as one for codes leaves with no nightly job, whatever the
-- campaign says it is for.

with

catalogue as (

    select
        account_id,
        template_name,
        language_code,
        category,
        row_number() over (
            partition by account_id, template_name, language_code
            order by fetched_at desc
        ) as version_rank

    from {{ ref('stg_templates__catalogue') }}

    where fetched_at <= {{ as_of() }}

),

senders as (

    select distinct
        sender_id,
        template_account_id

    from {{ ref('stg_crm__senders') }}

)

select
    decisions.campaign_id,
    decisions.customer_id

from {{ ref('fct_campaign_decisions') }} as decisions

inner join senders
    on decisions.sender_id = senders.sender_id

inner join catalogue
    on
        senders.template_account_id = catalogue.account_id
        and decisions.template_name = catalogue.template_name
        and decisions.template_language_code = catalogue.language_code
        and catalogue.version_rank = 1
        and catalogue.category = 'AUTHENTICATION'

where decisions.reason_code in ('sendable', 'holdout')

union all

select
    message_policies.channel as campaign_id,
    message_policies.purpose as customer_id

from {{ ref('message_policies') }} as message_policies

where
    message_policies.purpose = 'authentication'
    and message_policies.is_batch_sent is not false
