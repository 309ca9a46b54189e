"""
What the ledger does with rows: one statement for many of them, not many for one.

Rows come as one JSON array of arrays, which SQLite (3.38 and newer) and PostgreSQL take
apart alike but for the name of the function. So a group's work is a few calls that let
the other thread go on meanwhile.
"""

# ruff: noqa: S608 - statements are put together from the constants here.
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Head(NamedTuple):
    """What many rows to be claimed share, said once; `place` is where they find it."""

    place: int
    is_withdrawal: int
    claims: int
    build_id: str
    destination: str
    campaign_id: str
    occurrence: str
    channel: str
    sender_id: str
    purpose: str
    decided_at: str | None
    run_id: str | None
    state: str


class Claim(NamedTuple):
    """
    What is a row's own, beside its head.

    `customer_hash` is asked for only where somebody was erased.
    """

    place: int
    delivery_key: str
    customer_id: str
    address_hash: str | None
    customer_hash: str | None
    states: str | None


SETTLED = ("this_key", "state", "retry_at", "event", "reason_code")
SAID = (*SETTLED, "provider_code", "provider_message_id")
# No byte of it left, so it was no try: the claim is given back.
NEVER_LEFT = ("provider_unreachable", "run_halted")
NUMBERS = ("place", "is_withdrawal", "claims")


# Of keys alone the array is flat.
KEYS = "with batch as materialized (select value as this_key from json_each(:keys))"


def _columns(names: Sequence[str]) -> str:
    """Take an array apart, value by value."""
    return ", ".join(
        f"cast(value ->> {place} as integer) as {name}"
        if name in NUMBERS
        else f"value ->> {place} as {name}"
        for place, name in enumerate(names)
    )


def _batch(names: Sequence[str]) -> str:
    """Take rows apart."""
    return (
        f"with batch as materialized (select {_columns(names)} from json_each(:rows))"
    )


# A row looks its head up, never the other way round.
CLAIMS = f"""
with heads as materialized (select {_columns(Head._fields)} from json_each(:heads)),
given as materialized (select {_columns(Claim._fields)} from json_each(:rows)),
batch as (
    select
        given.delivery_key, given.customer_id, given.address_hash, given.customer_hash,
        given.states, heads.*
    from given cross join heads
    where heads.place = given.place
)
"""

KNOWN = f"""
{KEYS}
select deliveries.*
from batch cross join deliveries
where deliveries.delivery_key = batch.this_key
"""

# Those of `rows` that are neither sent, nor being sent, nor held out for certain. Two
# questions, since each is answered by an index alone and no delivery is read.
OPEN = f"""
{KEYS}
select batch.this_key
from batch
where not exists (
    select 1 from deliveries where deliveries.delivery_key = batch.this_key
)
union all
select batch.this_key
from batch
where batch.this_key in (
    select deliveries.delivery_key from deliveries
    where deliveries.state not in ('accepted', 'claimed', 'held_out')
)
"""

# Who was erased is never written to again; an address may belong to somebody new, whom
# a later build knows.
IS_ERASED = """
select 1 from tombstones
where tombstones.tombstone = batch.customer_hash
   or (
    tombstones.tombstone = batch.address_hash
    and tombstones.erased_at >= batch.decided_at
  )
"""
IS_STOPPED = f"""
select 1 from operator_stops
where (
    operator_stops.customer_id = batch.customer_id
    or operator_stops.address_hash = batch.address_hash
  )
  and operator_stops.channel in ('*', batch.channel)
  and operator_stops.purpose in ('*', batch.purpose)
union all
{IS_ERASED}
"""

# `claimed`, `accepted` and `unknown` are messages somebody may have had. The same
# customer under another key of another build is the campaign's next step; anything else
# of the same time round is one address twice.
TWIN = """
select 1 from deliveries
where deliveries.address_hash = batch.address_hash
  and deliveries.campaign_id = batch.campaign_id
  and deliveries.occurrence = batch.occurrence
  and deliveries.delivery_key <> batch.delivery_key
  and (
    deliveries.customer_id <> batch.customer_id
    or deliveries.build_id = batch.build_id
  )
  and deliveries.state in ('claimed', 'accepted', 'unknown')
"""

# One the build could not know of: later than it, or written back after it began.
MESSAGED_SINCE = """
select 1 from deliveries
where (
    deliveries.customer_id = batch.customer_id
    or deliveries.address_hash = batch.address_hash
  )
  and deliveries.purpose = 'marketing'
  and deliveries.delivery_key <> batch.delivery_key
  and deliveries.state in ('claimed', 'accepted', 'unknown', 'held_out')
  and (
    deliveries.state_at > batch.decided_at
    or deliveries.written_at is null
    or deliveries.written_at > batch.decided_at
  )
"""

STOPPED = f"""
{CLAIMS}
select batch.delivery_key from batch
where batch.is_withdrawal = 0 and exists ({IS_STOPPED})
"""

ERASED = f"""
{CLAIMS}
select batch.delivery_key from batch
where batch.is_withdrawal = 0 and exists ({IS_ERASED})
"""

# Taking something away is what a stop asks for.
CLOSED = f"""
{CLAIMS},
judged as (
    select batch.delivery_key, case
        when batch.is_withdrawal = 0 and exists ({IS_STOPPED})
            then 'stopped_after_build'
        when exists ({TWIN}) then 'duplicate_address'
        when batch.purpose = 'marketing' and exists ({MESSAGED_SINCE})
            then 'decided_before_last_message'
    end as reason_code
    from batch
)
select delivery_key, reason_code from judged where reason_code is not null
"""

PUT = f"""
{CLAIMS}
insert into deliveries (
    delivery_key, run_id, build_id, destination, campaign_id, customer_id, channel,
    sender_id, purpose, address_hash, state, state_at, decided_at, attempt, claims,
    occurrence, states
)
select
    delivery_key, run_id, build_id, destination, campaign_id, customer_id, channel,
    sender_id, purpose, address_hash, state, :now, decided_at, 1, claims,
    occurrence, states
from batch
where true
on conflict (delivery_key) do update set
    run_id = excluded.run_id, build_id = excluded.build_id,
    destination = excluded.destination, campaign_id = excluded.campaign_id,
    customer_id = excluded.customer_id, channel = excluded.channel,
    sender_id = excluded.sender_id, purpose = excluded.purpose,
    address_hash = excluded.address_hash, state = excluded.state,
    state_at = excluded.state_at, decided_at = excluded.decided_at,
    retry_at = null, written_at = null,
    occurrence = excluded.occurrence, states = excluded.states,
    attempt = deliveries.attempt + 1,
    claims = deliveries.claims + excluded.claims
"""

SETTLE = f"""
{_batch(SETTLED)}
update deliveries
set state = batch.state, state_at = :now, retry_at = batch.retry_at, written_at = null,
    claims = deliveries.claims
        - case when batch.reason_code in {NEVER_LEFT} then 1 else 0 end
from batch
where deliveries.delivery_key = batch.this_key
"""

EVENT = f"""
{_batch(SAID)}
insert into events (
    delivery_key, run_id, build_id, destination, campaign_id,
    customer_id, channel, sender_id, purpose, event, reason_code, provider_code,
    provider_message_id, attempt, occurred_at
)
select
    deliveries.delivery_key, deliveries.run_id, deliveries.build_id,
    deliveries.destination, deliveries.campaign_id,
    deliveries.customer_id, deliveries.channel, deliveries.sender_id,
    deliveries.purpose, batch.event, batch.reason_code, batch.provider_code,
    batch.provider_message_id, deliveries.attempt, :now
from batch cross join deliveries
where deliveries.delivery_key = batch.this_key
"""


# What the warehouse has now, and what these events settled unless more came since.
WRITTEN = f"""
{KEYS}
update events set written_at = :now
from batch
where events.event_number = cast(batch.this_key as bigint)
"""
SEEN = f"""
{_batch(["this_key", "occurred_at"])}
update deliveries set written_at = :now
from batch
where deliveries.delivery_key = batch.this_key
  and deliveries.state_at <= batch.occurred_at and deliveries.state <> 'claimed'
"""


def apart(claims: Sequence[Claim]) -> Iterator[Sequence[Claim]]:
    """
    Part claims, in their order, so that no two of a part can be the same reader's.

    What is claimed together is looked for together, so a row does not see the others.
    """
    part: list[Claim] = []
    keys: set[str] = set()
    customers: set[str] = set()
    addresses: set[str] = set()
    for claim in claims:
        address = claim.address_hash
        if (
            claim.delivery_key in keys
            or claim.customer_id in customers
            or address in addresses
        ):
            yield part
            part = []
            for seen in (keys, customers, addresses):
                seen.clear()
        part.append(claim)
        keys.add(claim.delivery_key)
        customers.add(claim.customer_id)
        if address:
            addresses.add(address)
    if part:
        yield part
