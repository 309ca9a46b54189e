"""From an older ledger to the next: what `create if not exists` does not do."""

from __future__ import annotations

from sync.ledger_schema import EVENTS

MOVED = """
    delivery_key, run_id, build_id, destination, campaign_id, customer_id, channel,
    sender_id, purpose, event, reason_code, provider_code, provider_message_id,
    attempt, occurred_at, written_at
"""
# By the version they begin with.
MIGRATIONS = {
    "1": """
    alter table deliveries add column occurrence text not null default 'once';
    alter table deliveries add column states text;
    alter table runs add column claims integer not null default 0;
    """,
    # Only new tables: tombstones and run_places.
    "2": "",
    # Events were kept by a hash.
    "3": f"""
    create table events_before as select * from events;
    drop table events;
    {EVENTS}
    insert into events ({MOVED}) select {MOVED} from events_before order by occurred_at;
    drop table events_before;
    """,  # noqa: S608
}
