"""The ledger's tables, for SQLite and PostgreSQL. It keeps no address and no body."""

from __future__ import annotations

SCHEMA_VERSION = "4"

META = "create table if not exists meta (key text primary key, value text not null)"

# Kept in the order they were written: an id drawn from a hash would cost each a page.
EVENTS = """
create table if not exists events (
    event_number integer primary key autoincrement, delivery_key text not null,
    run_id text not null, build_id text not null, destination text not null,
    campaign_id text not null, customer_id text not null, channel text not null,
    sender_id text not null, purpose text not null, event text not null,
    reason_code text, provider_code text, provider_message_id text,
    attempt integer not null, occurred_at text not null, written_at text
);
create index if not exists events_unwritten on events (event_number)
    where written_at is null;
"""

SCHEMA = """
create table if not exists runs (
    run_id text primary key, destination text not null, build_id text not null,
    host text not null, pid integer not null,
    opened_at text not null, closed_at text,
    opened_written_at text, closed_written_at text,
    due integer, exit_code integer, claims integer not null default 0
);
create table if not exists adopted_runs (
    run_id text primary key, ledger_id text not null, build_id text not null,
    destination text not null, adopted_at text not null, written_at text
);
create table if not exists run_campaigns (
    run_id text not null, campaign_id text not null,
    due integer not null, total integer not null,
    primary key (run_id, campaign_id)
);
create table if not exists deliveries (
    delivery_key text primary key, run_id text not null, build_id text not null,
    destination text not null, campaign_id text not null, customer_id text not null,
    channel text not null, sender_id text not null, purpose text not null,
    address_hash text, state text not null, state_at text not null,
    decided_at text not null, retry_at text, written_at text,
    attempt integer not null, claims integer not null,
    occurrence text not null default 'once', states text
);
create index if not exists deliveries_customer on deliveries (customer_id);
create index if not exists deliveries_address on deliveries (address_hash);
create index if not exists deliveries_open on deliveries (destination)
    where state = 'claimed';
create index if not exists deliveries_unsettled on deliveries (delivery_key)
    where state not in ('accepted', 'claimed', 'held_out');
create index if not exists deliveries_unknown on deliveries (state_at)
    where state = 'unknown';
create table if not exists operator_stops (
    operator_stop_id text primary key, customer_id text, address_hash text,
    channel text not null, purpose text not null, reason text not null,
    occurred_at text not null, written_at text
);
create index if not exists stops_customer on operator_stops (customer_id);
create index if not exists stops_address on operator_stops (address_hash);
create table if not exists tombstones (
    tombstone text primary key, erased_at text not null
);
create table if not exists run_places (
    run_id text not null, campaign_id text not null, channel text not null,
    country_code text not null, ready integer not null,
    primary key (run_id, campaign_id, channel, country_code)
);
"""
