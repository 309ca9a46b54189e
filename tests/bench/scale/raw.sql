-- A made-up warehouse of {customers} customers, the same each time: everything is drawn
-- from the customer's number. Per customer: 0.95 numbers, 4 events of consent, 3 orders,
-- 8.5 messages sent and 1.5 calls of WhatsApp's webhook. Instants end {now}.
create schema if not exists raw;

create macro draw(i, salt, sides) as (hash(i * 1000003 + salt) % sides)::bigint;
create macro text_of(instant) as strftime(instant, '%Y-%m-%d %H:%M:%S');
create macro ago(seconds) as text_of(timestamp '{now}' - to_seconds(seconds));

create table raw.raw_customers as
select
    'c' || i as customer_id,
    country_code,
    '' as subdivision_code,
    language_code,
    '' as time_zone,
    '' as preferred_channel,
    ago(50000000 + draw(i, 1, 30000000)) as created_at,
    case when draw(i, 2, 1000) = 0 then ago(draw(i, 3, 9000000)) else '' end as erased_at,
    case when draw(i, 4, 500) = 0 then 'true' else 'false' end as is_minor,
    '' as merged_into_customer_id,
    '' as merged_at,
    '{"first_name": "C' || draw(i, 5, 5000) || '"}' as attributes,
    ago(50000000 + draw(i, 1, 30000000)) as received_at
from (
    select
        range as i,
        ['BR', 'BR', 'BR', 'BR', 'MX', 'MX', 'MX', 'CO', 'CO', 'IN'][
            1 + draw(range, 0, 10)
        ] as country_code,
        ['pt-BR', 'pt-BR', 'pt-BR', 'pt-BR', 'es', 'es', 'es', 'es', 'es', 'en'][
            1 + draw(range, 0, 10)
        ] as language_code
    from range({customers})
);

create table raw.raw_contact_points as
select
    'p' || i as contact_point_id,
    'c' || i as customer_id,
    'whatsapp' as channel,
    ['+55119', '+55119', '+55119', '+55119', '+5255', '+5255', '+5255', '+5730',
        '+5730', '+9198'][1 + draw(i, 0, 10)]
    || lpad((i % 100000000)::varchar, 8, '0') as address,
    '' as sender_id,
    case when draw(i, 11, 50) = 0 then 'invalid' else 'active' end as status,
    '' as status_changed_at,
    '' as verified_at,
    '' as owned_from,
    '' as owned_to,
    ago(50000000) as first_seen_at,
    ago(draw(i, 12, 30000000)) as last_seen_at,
    ago(50000000) as received_at
from (select range as i from range({customers}))
where draw(i, 10, 20) > 0;

create table raw.raw_consent_events as
select
    'e' || i || '-' || k as consent_event_id,
    'c' || i as customer_id,
    '' as contact_point_id,
    'whatsapp' as channel,
    case when draw(i, 20 + k, 4) = 0 then 'utility' else 'marketing' end as purpose,
    '*' as sender_id,
    case
        when draw(i, 30 + k, 6) = 0 then 'withdraw'
        when draw(i, 30 + k, 6) = 1 then 'request'
        else 'grant'
    end as action,
    'express' as basis,
    'self' as actor,
    'app' as method,
    'v1' as text_version,
    ago((k + 1) * 5000000 - draw(i, 40 + k, 4999000)) as occurred_at,
    'second' as occurred_precision,
    ago((k + 1) * 5000000 - draw(i, 40 + k, 4999000) - 60) as received_at
from (select range as i from range({customers})), (select range as k from range(4));

create table raw.raw_suppressions as
select
    's' || i as suppression_id,
    'customer' as key_type,
    'c' || i as key_value,
    '*' as channel,
    '*' as sender_id,
    '*' as purpose,
    'manual' as reason,
    '' as starts_at,
    '' as ends_at,
    ago(draw(i, 51, 9000000)) as received_at
from (select range as i from range({customers}))
where draw(i, 50, 100) = 0;

create table raw.raw_orders as
select
    'o' || i || '-' || k as order_id,
    'c' || i as customer_id,
    ago((k + 1) * 9000000 - draw(i, 60 + k, 8999000) + draw(i, 55, 4) * 8000000) as ordered_at,
    (10 + draw(i, 70 + k, 9000) / 100)::varchar as amount,
    case when draw(i, 80 + k, 30) = 0 then 'cancelled' else 'placed' end as status,
    ago((k + 1) * 9000000 - draw(i, 60 + k, 8999000) + draw(i, 55, 4) * 8000000) as received_at
from (select range as i from range({customers})), (select range as k from range(3));

-- 8.5 a customer: eight for each, a ninth for every second one.
create table raw.raw_delivery_events as
select
    md5(i || '-' || k) || '-1' as delivery_event_id,
    md5(i || '-' || k) as delivery_key,
    'past-' || k as run_id,
    'past-' || k as build_id,
    'whatsapp' as destination,
    'past_' || k as campaign_id,
    'c' || i as customer_id,
    'whatsapp' as channel,
    'wa_main' as sender_id,
    'marketing' as purpose,
    'accepted' as event,
    '' as reason_code,
    '' as provider_code,
    'wamid.' || i || '-' || k as provider_message_id,
    1 as attempt,
    timestamp '{now}' - to_seconds((k + 1) * 3000000 - draw(i, 90 + k, 2999000))
        as occurred_at,
    timestamp '{now}' - to_seconds((k + 1) * 3000000 - draw(i, 90 + k, 2999000))
        as received_at
from (select range as i from range({customers})), (select range as k from range(9))
where k < 8 or i % 2 = 0;

-- One status a customer, and something written by every second one.
create table raw.raw_whatsapp_webhooks as
select
    ago(written) as received_at,
    '{"object": "whatsapp_business_account", "entry": [{"id": "waba-1001", '
    || '"changes": [{"field": "messages", "value": {"messaging_product": "whatsapp", '
    || '"metadata": {"phone_number_id": "106540352242922"}, ' || said
    || '}}]}]}' as payload,
    'wa_main' as sender_id
from (
    select
        2999000 - draw(i, 90, 2999000) as written,
        '"statuses": [{"id": "wamid.' || i || '-0", "status": "'
        || ['delivered', 'read', 'read', 'failed'][1 + draw(i, 100, 4)]
        || '", "timestamp": "' || epoch(
            timestamp '{now}' - to_seconds(2999000 - draw(i, 90, 2999000))
        )::bigint || '", "recipient_id": "' || substring(address, 2) || '"'
        || case
            when draw(i, 100, 4) = 3 then ', "errors": [{"code": 131026}]' else ''
        end || '}]' as said
    from (select substring(contact_point_id, 2)::bigint as i, address
        from raw.raw_contact_points)
    union all
    select
        draw(i, 110, 9000000) as written,
        '"messages": [{"id": "wamid.in-' || i || '", "from": "' || substring(address, 2)
        || '", "timestamp": "' || epoch(
            timestamp '{now}' - to_seconds(draw(i, 110, 9000000))
        )::bigint || '", "type": "text", "text": {"body": "'
        || case when draw(i, 111, 40) = 0 then 'STOP' else 'Hello' end
        || '"}}]' as said
    from (select substring(contact_point_id, 2)::bigint as i, address
        from raw.raw_contact_points)
    where i % 2 = 0
);

create table raw.raw_senders as
select
    'wa_main' as sender_id, 'whatsapp' as channel, 'meta' as provider,
    'acme' as brand_id, '106540352242922' as provider_account,
    'portfolio-1' as portfolio_id, '' as messaging_limit,
    '80' as messages_per_second, '' as allowed_purposes,
    'waba-1001' as template_account_id, 'active' as status, 'green' as quality,
    '2026-05-02 10:00:00' as received_at;

create table raw.raw_templates as
select
    ago(600) as fetched_at,
    'meta' as provider,
    'waba-1001' as account_id,
    '{"id": "' || i || '", "name": "winback_offer", "language": "' || language
    || '", "category": "MARKETING", "status": "APPROVED", '
    || '"parameter_format": "POSITIONAL", "components": [{"type": "BODY", '
    || '"text": "Hi {{1}}, we miss you. Here is {{2}}."}]}' as payload
from (values (1, 'pt_BR'), (2, 'es'), (3, 'en')) as templates (i, language);
