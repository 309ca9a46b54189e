-- Every template row stands approved in the catalogue it was fetched from, in that
-- language, and marketing leaves by a marketing template only.

with

synced as (

    select * from {{ ref('sync_whatsapp') }}

    where message_type = 'template'

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
        category,
        row_number() over (
            partition by account_id, template_name, language_code
            order by fetched_at desc
        ) as version_rank

    from {{ ref('stg_templates__catalogue') }}

    where fetched_at <= {{ as_of() }}

)

select synced.delivery_key

from synced

inner join senders
    on synced.sender_id = senders.sender_id

left join catalogue
    on
        senders.template_account_id = catalogue.account_id
        and synced.template_name = catalogue.template_name
        and synced.language_code = catalogue.language_code
        and catalogue.version_rank = 1

where
    (catalogue.status = 'APPROVED') is not true
    or (
        synced.purpose = 'marketing'
        and (catalogue.category = 'MARKETING') is not true
    )
