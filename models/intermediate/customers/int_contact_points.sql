with

versions as (

    select * from {{ ref('int_contact_point_versions') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

channels as (

    select * from {{ ref('channels') }}

),

latest as (

    select
        versions.*,
        row_number() over (
            partition by versions.contact_point_id
            -- The version received last wins; the worse status wins a tie, then the end
            -- of ownership; the rest makes the order total. When an undated one came
            -- nobody knows: it may block, it never opens.
            order by
                case
                    when
                        versions.received_at is null
                        and (
                            coalesce(versions.contact_status, '') != 'active'
                            or versions.owned_to <= {{ as_of() }}
                        )
                        then 0
                    else 1
                end asc,
                versions.received_at desc nulls last,
                case when versions.contact_status = 'active' then 1 else 0 end asc,
                versions.owned_to asc nulls last,
                coalesce(versions.contact_status, '') desc,
                coalesce(versions.address, '') desc,
                coalesce(versions.customer_id, '') desc,
                coalesce(versions.channel, '') desc,
                coalesce(versions.sender_id, '') desc,
                versions.owned_from desc nulls last,
                versions.status_changed_at desc nulls last,
                versions.last_seen_at desc nulls last
        ) as version_rank

    from versions

    where versions.contact_point_id is not null

),

final as (

    select

        ---------- ids
        latest.contact_point_id,
        customer_merges.canonical_customer_id as customer_id,
        latest.sender_id,

        ---------- strings
        latest.channel,
        latest.address,
        latest.given_address,
        case
            when latest.address like '+%' and channels.address_kind like 'phone%'
                then 'phone'
            when channels.address_kind = 'phone_or_bsuid' then 'bsuid'
            else 'id'
        end as address_type,

        ---------- booleans
        -- An identity of a channel whose ids belong to one sender is nobody's
        -- where the sender is unknown.
        latest.sender_id is not null or channels.is_sender_scoped is false
            as has_sender_where_needed,
        coalesce(latest.is_address_valid, false)
        and coalesce(latest.contact_status, 'unknown')
        in ('active', 'unreachable', 'recycled') as is_address_valid,
        coalesce(latest.contact_status, 'unknown') != 'unreachable' as is_reachable,
        coalesce(latest.contact_status, 'unknown') != 'recycled' as is_not_recycled,
        -- Who owned an address once still carries its stops; who owns it now is asked.
        coalesce(latest.owned_from <= {{ as_of() }}, true)
        and coalesce(latest.owned_to > {{ as_of() }}, true) as is_owned_now,

        ---------- timestamps
        latest.owned_to,
        latest.last_seen_at,
        case
            when
                latest.contact_status = 'active'
                and latest.status_changed_at > latest.received_at
                then latest.received_at
            when latest.contact_status = 'active' then latest.status_changed_at
        end as active_since

    from latest

    inner join customer_merges
        on latest.customer_id = customer_merges.customer_id

    left join channels
        on latest.channel = channels.channel

    where latest.version_rank = 1

)

select * from final
