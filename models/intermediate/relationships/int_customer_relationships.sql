with

relationships as (

    select * from {{ ref('int_relationships') }}

    where
        coalesce(received_at, {{ as_of() }}) <= {{ as_of() }}
        -- Who comes at a time ahead of the clock waits; who leaves is heard at once.
        and (
            relationship = 'left'
            or occurred_at
            <= {{ dbt.dateadd('minute', var('clock_skew_minutes'), as_of()) }}
        )

),

contact_points as (

    select * from {{ ref('int_contact_points') }}

    where is_owned_now

),

senders as (

    select * from {{ ref('int_senders') }}

),

-- A team's own look at its followers, or at what a phone can do, says so too.
told as (

    select
        channel,
        sender_id,
        address,
        relationship,
        occurred_at

    from relationships

    union all

    select
        channel,
        coalesce(sender_id, '*') as sender_id,
        address,
        'here' as relationship,
        active_since as occurred_at

    from contact_points

    where
        has_sender_where_needed
        and active_since <= {{ as_of() }}

),

words as (

    select
        told.channel,
        senders.sender_id,
        told.address,
        told.relationship,
        told.occurred_at

    from told

    inner join senders
        on
            told.channel = senders.channel
            and (told.sender_id = '*' or told.sender_id = senders.sender_id)

),

-- By address: the last word counts, and leaving wins a tie.
ranked_by_address as (

    select
        words.*,
        row_number() over (
            partition by channel, sender_id, address
            order by occurred_at desc nulls first, relationship desc
        ) as word_rank

    from words

),

by_address as (

    select * from ranked_by_address

    where word_rank = 1

),

-- By person: over all the addresses they have there.
ranked_by_person as (

    select
        contact_points.customer_id,
        by_address.channel,
        by_address.sender_id,
        by_address.relationship,
        by_address.occurred_at,
        row_number() over (
            partition by
                contact_points.customer_id,
                by_address.channel,
                by_address.sender_id
            order by
                by_address.occurred_at desc nulls first,
                by_address.relationship desc
        ) as word_rank

    from by_address

    inner join contact_points
        on
            by_address.channel = contact_points.channel
            and by_address.address = contact_points.address

),

by_person as (

    select * from ranked_by_person

    where word_rank = 1

),

addresses as (

    select distinct
        customer_id,
        channel,
        address

    from contact_points

    where address is not null

),

-- KakaoTalk tells of friends by an id and is sent to by phone: of an address that
-- nothing is known of, what is known of the person counts. What one phone can do says
-- nothing of another.
final as (

    select

        ---------- ids
        by_person.customer_id,
        by_person.sender_id,

        ---------- strings
        by_person.channel,
        addresses.address,
        coalesce(by_address.relationship, by_person.relationship) as relationship,

        ---------- timestamps
        case
            when by_address.relationship is not null then by_address.occurred_at
            else by_person.occurred_at
        end as relationship_at

    from by_person

    inner join addresses
        on
            by_person.customer_id = addresses.customer_id
            and by_person.channel = addresses.channel

    left join by_address
        on
            addresses.channel = by_address.channel
            and addresses.address = by_address.address
            and by_person.sender_id = by_address.sender_id

    where
        by_address.relationship is not null
        or by_person.channel != 'rcs'

)

select * from final
