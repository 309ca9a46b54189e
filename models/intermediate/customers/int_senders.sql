with

versions as (

    select * from {{ ref('stg_crm__senders') }}

    where received_at <= {{ as_of() }}

),

latest as (

    select
        versions.*,
        row_number() over (
            partition by sender_id
            -- The version received last wins; the worse status wins a tie, then the
            -- tighter limits. The rest makes the order total.
            order by
                received_at desc,
                case when sender_status = 'active' then 1 else 0 end asc,
                messaging_limit asc nulls last,
                messages_per_second asc nulls last,
                coalesce(provider_account, '') desc,
                coalesce(channel, '') desc,
                coalesce(provider, '') desc,
                coalesce(brand_id, '') asc,
                coalesce(portfolio_id, '') desc,
                coalesce(template_account_id, '') desc,
                coalesce(allowed_purposes, '') desc
        ) as version_rank

    from versions

    where sender_id is not null

),

final as (

    select

        ---------- ids
        sender_id,
        -- Empty where it is not known: then every brand's stop is its own (R9).
        brand_id,
        provider_account,
        portfolio_id,
        template_account_id,

        ---------- strings
        channel,
        provider,
        allowed_purposes,
        sender_status,

        ---------- numbers
        messages_per_second,
        messaging_limit

    from latest

    where version_rank = 1

)

select * from final
