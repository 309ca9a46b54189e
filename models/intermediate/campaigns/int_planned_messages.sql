with

campaigns as (

    select * from {{ ref('int_campaigns') }}

    where coalesce(ends_at > {{ as_of() }}, true)

),

campaign_messages as (

    select * from {{ ref('campaign_messages') }}

),

content_support as (

    select * from {{ ref('content_support') }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

-- Meta counts the numbers of a portfolio together, so the lowest word on it counts.
limits as (

    select
        channel,
        coalesce(portfolio_id, sender_id) as portfolio_id,
        min(messaging_limit) as messaging_limit

    from senders

    group by
        channel,
        coalesce(portfolio_id, sender_id)

),

final as (

    select

        ---------- ids
        campaigns.campaign_id,
        campaign_messages.sender_id,
        coalesce(senders.portfolio_id, campaign_messages.sender_id) as portfolio_id,
        senders.template_account_id,

        ---------- strings
        campaigns.audience,
        campaigns.purpose,
        campaign_messages.channel,
        campaign_messages.message_type,
        campaign_messages.template_name,
        campaign_messages.language_fallback,
        coalesce(campaign_messages.header_parameter, '') as header_parameter,
        coalesce(campaign_messages.body_parameters, '') as body_parameters,
        coalesce(campaign_messages.button_parameters, '') as button_parameters,
        coalesce(campaign_messages.countries, '') as countries,

        ---------- numbers
        campaigns.min_score,
        campaigns.max_recipients,
        limits.messaging_limit,

        ---------- booleans
        {{ may_sender_send('senders', 'campaigns.purpose') }}
        and coalesce(limits.messaging_limit != 0, true) as is_sender_active,
        {{ can_carry_content('campaign_messages', 'content_support') | indent(8) }}
            as can_carry_content,

        ---------- timestamps
        campaigns.starts_at

    from campaigns

    inner join campaign_messages
        on campaigns.campaign_id = campaign_messages.campaign_id

    left join senders
        on campaign_messages.sender_id = senders.sender_id

    left join limits
        on
            senders.channel = limits.channel
            and coalesce(senders.portfolio_id, senders.sender_id)
            = limits.portfolio_id

    left join content_support
        on
            campaign_messages.destination = content_support.destination
            and campaign_messages.channel = content_support.channel
            and campaign_messages.content_kind = content_support.content_kind

)

select * from final
