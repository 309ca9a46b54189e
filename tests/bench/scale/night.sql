-- A night later, one in a hundred of each kind of event more, received since.
create or replace macro draw(i, salt, sides) as (hash(i * 1000003 + salt) % sides)::bigint;
create or replace macro since(i, salt) as timestamp '{now}' - to_seconds(draw(i, salt, 80000));
create or replace macro text_of(instant) as strftime(instant, '%Y-%m-%d %H:%M:%S');

insert into raw.raw_consent_events
select
    'n' || consent_event_id, customer_id, contact_point_id, channel, purpose, sender_id,
    action, basis, actor, method, text_version, text_of(since(row, 1)),
    occurred_precision, text_of(since(row, 1))
from (
    select *, row_number() over (order by consent_event_id) as row
    from raw.raw_consent_events
    using sample 1 percent (system, 1)
);

insert into raw.raw_orders
select
    'n' || order_id, customer_id, text_of(since(row, 2)), amount, status,
    text_of(since(row, 2))
from (
    select *, row_number() over (order by order_id) as row
    from raw.raw_orders
    using sample 1 percent (system, 2)
);

insert into raw.raw_delivery_events
select
    md5(delivery_key) || '-1', md5(delivery_key), 'night', 'night', destination,
    'past_night', customer_id, channel, sender_id, purpose, event, reason_code,
    provider_code, 'n' || provider_message_id, attempt, since(row, 3), since(row, 3)
from (
    select *, row_number() over (order by delivery_key) as row
    from raw.raw_delivery_events
    using sample 1 percent (system, 3)
);

insert into raw.raw_whatsapp_webhooks
select text_of(since(row, 4)), replace(payload, 'wamid.', 'wamid.n'), sender_id
from (
    select *, row_number() over (order by payload) as row
    from raw.raw_whatsapp_webhooks
    using sample 1 percent (system, 4)
);

update raw.raw_templates set fetched_at = text_of(timestamp '{now}' - to_minutes(10));
