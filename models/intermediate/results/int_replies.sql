with

inbound_messages as (

    select * from {{ ref('int_inbound_messages') }}

    where
        is_written
        and received_at <= {{ as_of() }}

),

provider_messages as (

    select * from {{ ref('stg_providers__inbound_messages') }}

    where received_at <= {{ as_of() }}

),

senders as (

    select * from {{ ref('int_senders') }}

),

aliases as (

    select * from {{ ref('int_whatsapp_aliases') }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

customer_merges as (

    select * from {{ ref('int_customer_merges') }}

),

-- Who received the webhook knows best; else the account it came to.
heard as (

    select
        sender_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        channel,
        address,
        occurred_at

    from inbound_messages

    union all

    select
        coalesce(named.sender_id, owners.sender_id) as sender_id,
        provider_messages.customer_id,
        coalesce(provider_messages.channel, named.channel, owners.channel) as channel,
        provider_messages.address,
        coalesce(provider_messages.sent_at, provider_messages.received_at)
            as occurred_at

    from provider_messages

    left join senders as named
        on provider_messages.sender_id = named.sender_id

    left join senders as owners
        on
            named.sender_id is null
            and replace(provider_messages.account_id, '+', '')
            = replace(owners.provider_account, '+', '')
            and coalesce(provider_messages.channel = owners.channel, true)

),

addressed as (

    select
        sender_id,
        channel,
        address,
        occurred_at

    from heard

    where address is not null

    {{ union_distinct() }}

    select
        heard.sender_id,
        heard.channel,
        aliases.address,
        heard.occurred_at

    from heard

    inner join aliases
        on
            heard.address = aliases.seen_address
            and heard.channel = 'whatsapp'

),

final as (

    select
        address_holders.customer_id,
        addressed.sender_id,
        addressed.channel,
        addressed.occurred_at

    from addressed

    inner join address_holders
        on
            addressed.channel = address_holders.channel
            and addressed.address = address_holders.address
            and {{ was_held_at(
                'address_holders', 'addressed.occurred_at'
            ) | indent(12) }}

    where addressed.sender_id is not null

    {{ union_distinct() }}

    select
        coalesce(customer_merges.canonical_customer_id, heard.customer_id)
            as customer_id,
        heard.sender_id,
        heard.channel,
        heard.occurred_at

    from heard

    left join customer_merges
        on heard.customer_id = customer_merges.customer_id

    where
        heard.customer_id is not null
        and heard.sender_id is not null

)

select * from final
