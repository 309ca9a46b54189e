with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

),

message_policies as (

    select * from {{ ref('message_policies') }}

),

consent_rules as (

    select * from {{ ref('consent_rules') }}

),

cap_rules as (

    select * from {{ ref('cap_rules') }}

    -- What we chose ourselves says nothing of how sure a law or a platform's rule is.
    where strength != 'project'

),

places as (

    select * from {{ ref('int_places') }}

),

-- Limits that were asked, whether or not a message had counted yet.
asked_caps as (

    select
        decided.campaign_id,
        decided.customer_id,
        decided.channel,
        min({{ confidence_rank('cap_rules.confidence') | indent(8) }})
            as confidence_rank

    from decided

    inner join cap_rules
        on
            decided.purpose = cap_rules.purpose
            and cap_rules.channel in ('*', decided.channel)

    left join places
        on decided.customer_id = places.customer_id

    where
        {{ is_rule_of_place('cap_rules', 'places') | indent(8) }}

    group by
        decided.campaign_id,
        decided.customer_id,
        decided.channel

),

-- Of those who said yes to the night, the weaker of both hours.
customer_hours as (

    select
        customer_id,
        channel,
        purpose,
        min(confidence_rank) as confidence_rank

    from {{ ref('int_customer_hours') }}

    group by
        customer_id,
        channel,
        purpose

),

-- One message may be known under several addresses; its rule is one.
windows as (

    select
        sender_id,
        last_inbound_message_id,
        min(confidence_rank) as confidence_rank

    from {{ ref('int_reply_windows') }}

    group by
        sender_id,
        last_inbound_message_id

),

-- A rule that was not asked says nothing about the decision.
used as (

    select
        decided.campaign_id,
        decided.customer_id,
        decided.channel,
        {{ confidence_rank('message_policies.confidence') | indent(8) }}
            as policy_rank,
        case
            when message_policies.consent_kind = 'none' then 5
            when own_rules.country_code is not null
                then {{ confidence_rank('own_rules.confidence') | indent(16) }}
            when default_rules.country_code is not null
                then {{ confidence_rank('default_rules.confidence') | indent(16) }}
            else 5
        end as consent_rank,
        case
            when decided.needs_window is false then 5
            else coalesce(windows.confidence_rank, 5)
        end as window_rank,
        case
            when decided.has_quiet_hours is false then 5
            else coalesce(customer_hours.confidence_rank, 5)
        end as hours_rank,
        coalesce(asked_caps.confidence_rank, 5) as cap_rank

    from decided

    inner join message_policies
        on
            decided.channel = message_policies.channel
            and decided.purpose = message_policies.purpose
            and decided.message_type = message_policies.message_type

    left join consent_rules as own_rules
        on decided.country_code = own_rules.country_code

    left join consent_rules as default_rules
        on default_rules.country_code = '*'

    left join windows
        on
            decided.sender_id = windows.sender_id
            and decided.last_inbound_message_id = windows.last_inbound_message_id

    left join customer_hours
        on
            decided.customer_id = customer_hours.customer_id
            and decided.channel = customer_hours.channel
            and decided.purpose = customer_hours.purpose

    left join asked_caps
        on
            decided.campaign_id = asked_caps.campaign_id
            and decided.customer_id = asked_caps.customer_id
            and decided.channel = asked_caps.channel

),

ranked as (

    select
        used.*,
        {{ earliest_of(
            ['policy_rank', 'consent_rank', 'window_rank', 'hours_rank', 'cap_rank']
        ) }} as lowest_rank

    from used

),

final as (

    select

        ---------- ids
        campaign_id,
        customer_id,

        ---------- strings
        channel,
        case lowest_rank
            when 5 then 'confirmed'
            when 4 then 'corroborated'
            when 3 then 'single'
            when 2 then 'unconfirmed'
            else 'project'
        end as lowest_rule_confidence

    from ranked

)

select * from final
