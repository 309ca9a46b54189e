-- A team's own tables, in its own words: nothing here knows of this project.
create schema shop;

create table shop.clients (
    id bigint primary key,
    first_name text,
    land char(2),
    lang text,
    whatsapp_opt_in boolean,
    opted_in_at timestamptz,
    changed_at timestamptz
);

create table shop.phones (
    no bigint primary key,
    client bigint,
    mobile text,
    changed_at timestamptz
);

create table shop.sales (
    no bigint primary key,
    client bigint,
    placed timestamptz,
    total numeric(10, 2),
    cancelled boolean,
    changed_at timestamptz
);

create table shop.numbers (
    label text,
    phone_number_id text,
    waba text,
    live boolean,
    changed_at timestamptz
);

create table shop.wa_templates (
    loaded_at timestamptz,
    waba text,
    body jsonb
);

-- Twelve who bought every month and stopped, most with a yes. 2 took it back, 3 was never
-- asked, 4 has no phone, 5 a phone that cannot be right, 6 a yes without a date, 7 still buys.
insert into shop.clients
select
    n,
    'Ana',
    'GB',
    'en',
    n not in (2, 3),
    case when n not in (3, 6) then now() - interval '100 days' end,
    now() - interval '90 days'
from generate_series(1, 12) as n;

insert into shop.phones
select
    n,
    n,
    case when n = 5 then '+44' else '+44770090' || lpad(n::text, 4, '0') end,
    now() - interval '90 days'
from generate_series(1, 12) as n
where n <> 4;

insert into shop.sales
select
    n * 10 + k,
    n,
    now() - make_interval(days => case when n = 7 then 1 else 300 end + k * 30),
    20.5,
    false,
    now() - make_interval(days => case when n = 7 then 0 else 299 end + k * 30)
from generate_series(1, 12) as n, generate_series(0, 4) as k;

insert into shop.numbers
values ('shop', '1001', 'waba-1', true, now() - interval '400 days');

insert into shop.wa_templates
values (
    now(),
    'waba-1',
    '{
        "id": "t1",
        "name": "we_miss_you",
        "language": "en",
        "status": "APPROVED",
        "category": "MARKETING",
        "parameter_format": "POSITIONAL",
        "components": [{"type": "BODY", "text": "Hi {{1}}, it has been a while."}]
    }'
);
