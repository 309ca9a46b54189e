"""The ledger's part that forgets: one person at once, everybody after a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.ledger_claims import at
from sync.masking import keyed_hash, person_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sync.ledger_store import Store

ERASED = "erased"
BURY = "insert into tombstones values (?, ?) on conflict (tombstone) do update "
BURY += "set erased_at = excluded.erased_at"
ADDRESSES = """
select distinct address_hash from deliveries
where customer_id = ? and address_hash is not null
"""
# Claims under way are settled by their run, and events are told to the warehouse first.
DONE = """
delete from deliveries where customer_id = ? and state <> 'claimed'
and not exists (
    select 1 from events
    where events.delivery_key = deliveries.delivery_key and events.written_at is null
)
"""
EVENTS = "delete from events where customer_id = ? and written_at is not null"
STOPS = "update operator_stops set customer_id = null "
STOPS += "where customer_id = ? and written_at is not null"
LEFT = """
select (select count(*) from deliveries where customer_id = ?)
    + (select count(*) from events where customer_id = ?)
    + (select count(*) from operator_stops where customer_id = ?)
"""
OLD_EVENTS = "delete from events where occurred_at < ? and written_at is not null"
# The key and its state stay: they are what keeps a message from going twice.
OLD_PEOPLE = f"""
update deliveries set customer_id = '{ERASED}', address_hash = null, states = null
where state_at < ? and written_at is not null and customer_id <> '{ERASED}'
  and state not in ('claimed', 'unknown')
"""  # noqa: S608


class Erasure:
    """What `ott erase` and `ott prune` do to a ledger."""

    def __init__(self, store: Store, hash_key: bytes) -> None:
        """Work on the ledger's own connection."""
        self._store = store
        self._connection = store.connection
        self._hash_key = hash_key

    def bury(self, customer_id: str, addresses: Iterable[str], now: datetime) -> str:
        """
        Set the tombstones of a person and of every address we know; name the person's.

        From the commit on no row of this person is sent, and no row decided before
        `now` to one of the addresses.
        """
        person = person_hash(self._hash_key, customer_id)
        found = {row[0] for row in self._connection.execute(ADDRESSES, (customer_id,))}
        found |= {keyed_hash(self._hash_key, address) for address in addresses}
        for tombstone in sorted({person, *(one for one in found if one)}):
            self._connection.execute(BURY, (tombstone, at(now)))
        return person

    def erasing(self) -> AbstractContextManager[None]:
        """Forget inside of it, so that nothing stays on the disk."""
        return self._store.erasing()

    def forget(self, customer_id: str) -> tuple[int, int, int]:
        """
        Delete what is known of a person.

        Returns:
            How many deliveries and events went, and how many rows are left: a run
            under way has claimed them, or the warehouse does not have them yet.
        """
        events, deliveries, _ = (
            self._connection.execute(query, (customer_id,)).rowcount
            for query in (EVENTS, DONE, STOPS)
        )
        [left] = self._connection.execute(LEFT, (customer_id,) * 3).fetchone()
        return deliveries, events, int(left)

    def prune(self, before: datetime) -> Iterator[tuple[str, int]]:
        """Delete events older than `before`, and the people of older deliveries."""
        for name, query in (("events", OLD_EVENTS), ("people", OLD_PEOPLE)):
            yield name, self._connection.execute(query, (at(before),)).rowcount
