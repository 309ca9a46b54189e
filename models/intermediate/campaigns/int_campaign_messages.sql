with

campaigns as (

    select * from {{ ref('int_campaigns') }}

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

live as (

    select
        campaigns.*,
        -- Which time round this is: the same on any channel and any night of it.
        case
            when repeats = 'recurring' and cooldown_days > 0
                then cast(
                    floor(
                        {{ dbt.datediff('starts_at', as_of(), 'second') }}
                        / (86400.0 * cooldown_days)
                    ) as {{ dbt.type_bigint() }}
                )
        end as round_number

    from campaigns

    where
        starts_at <= {{ as_of() }}
        and coalesce(ends_at > {{ as_of() }}, true)

),

final as (

    select

        ---------- ids
        live.campaign_id,
        campaign_messages.sender_id,
        senders.template_account_id,
        senders.provider_account,
        campaign_messages.provider_campaign_id,

        ---------- strings
        live.audience,
        live.purpose,
        campaign_messages.channel,
        campaign_messages.message_type,
        campaign_messages.destination,
        campaign_messages.template_name,
        campaign_messages.language_fallback,
        coalesce(campaign_messages.header_parameter, '') as header_parameter,
        coalesce(campaign_messages.body_parameters, '') as body_parameters,
        coalesce(campaign_messages.button_parameters, '') as button_parameters,
        campaign_messages.free_text,
        nullif(campaign_messages.content, '') as content,
        nullif(campaign_messages.content_kind, '') as content_kind,
        coalesce(campaign_messages.countries, '') as countries,
        live.holdout_salt,
        coalesce(
            cast(live.round_number as {{ dbt.type_string() }}), 'once'
        ) as occurrence,

        ---------- numbers
        live.priority,
        live.min_score,
        live.max_recipients,
        live.holdout_percent,
        campaign_messages.message_rank,
        senders.messages_per_second,
        coalesce(live.max_steps, 1) as max_steps,

        ---------- booleans
        {{ may_sender_send('senders', 'live.purpose') }} as is_sender_active,
        {{ can_carry_content('campaign_messages', 'content_support') | indent(8) }}
            as can_carry_content,

        ---------- timestamps
        live.starts_at,
        live.ends_at,
        {{ dbt.dateadd(
            'second',
            'cast(live.round_number * live.cooldown_days * 86400 as '
                ~ dbt.type_int() ~ ')',
            'live.starts_at'
        ) }} as occurrence_starts_at,
        -- What is decided for one time round must not go in the next.
        {{ dbt.dateadd(
            'second',
            'cast((live.round_number + 1) * live.cooldown_days * 86400 as '
                ~ dbt.type_int() ~ ')',
            'live.starts_at'
        ) }} as occurrence_ends_at

    from live

    inner join campaign_messages
        on live.campaign_id = campaign_messages.campaign_id

    left join senders
        on campaign_messages.sender_id = senders.sender_id

    left join content_support
        on
            campaign_messages.destination = content_support.destination
            and campaign_messages.channel = content_support.channel
            and campaign_messages.content_kind = content_support.content_kind

)

select * from final
