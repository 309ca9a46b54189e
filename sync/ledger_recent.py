"""What the ledger knows of the last seconds, the last day and the last runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sync.ledger_claims import at
from sync.lookups.base import Lost

if TYPE_CHECKING:
    from sync.ledger_store import Connection

# Messages somebody may have had.
MESSAGED = "state in ('claimed', 'accepted', 'unknown')"
# In UTC, as its session is.
INSTANT = "select cast(current_timestamp as text)"
RUN_ENDED = "select 1 from runs where closed_at > ? limit 1"
ADDRESSES = f"""
select sender_id, address_hash, state_at from deliveries
where state_at > ? and address_hash is not null and {MESSAGED}
"""  # noqa: S608
RECIPIENTS = f"""
select distinct sender_id, channel, purpose, customer_id from deliveries
where state_at > ? and {MESSAGED}
"""  # noqa: S608

LOST = """
select deliveries.delivery_key, channel, address_hash, state_at, runs.opened_at
from deliveries left join runs on deliveries.run_id = runs.run_id
where state = 'unknown' and states is null and deliveries.destination = ?
order by state_at, deliveries.delivery_key
"""
MESSAGE_IDS = """
select distinct provider_message_id from events
where destination = ? and provider_message_id is not null
"""
STATE = "select state, state_at from deliveries where delivery_key = ?"
ENDS = """
select destination, closed_at, exit_code
from (
    select
        runs.*,
        row_number() over (partition by destination order by opened_at desc) as place
    from runs
) as ordered
where place = 1
"""
STEPS = """
select run_id, 'run_opened' as event, opened_written_at as told_at
from runs where opened_written_at is not null
union all
select run_id, 'run_closed' as event, closed_written_at as told_at
from runs where closed_written_at is not null
order by told_at desc
"""
# What was told after an instant is told again; a delivery by its events, if by any.
UNTELL = """
update events set written_at = null where written_at > :told_at;
update deliveries set written_at = null where written_at > :told_at
and delivery_key in (select delivery_key from events where written_at is null);
update operator_stops set written_at = null where written_at > :told_at;
update adopted_runs set written_at = null where written_at > :told_at;
update runs set closed_written_at = null where closed_written_at > :told_at;
update runs set opened_written_at = null where opened_written_at > :told_at
"""
# A run, what was told of it, and when.
Step = tuple[str, str, str]
# Who took over a message does not know when it was sent.
LONGEST_RUN = timedelta(hours=24)


class Recent:
    """Reads deliveries by when they were settled; each call reads them all."""

    def __init__(self, connection: Connection) -> None:
        """Work on the ledger's own connection."""
        self._connection = connection

    def instant(self) -> datetime:
        """Tell the time by the ledger's own clock, to the second."""
        row = self._connection.execute(INSTANT).fetchone()
        return datetime.fromisoformat(row[0][:19])

    def addresses(self, since: datetime) -> list[dict[str, Any]]:
        """Tell to which addresses earlier runs sent; asks only if one just ended."""
        if not self._rows(RUN_ENDED, since):
            return []
        return self._rows(ADDRESSES, since)

    def recipients(self, since: datetime) -> list[dict[str, Any]]:
        """Tell to whom messages went, by sender, channel and purpose."""
        return self._rows(RECIPIENTS, since)

    def lost(self, destination: str) -> list[Lost]:
        """Tell the messages of unknown fate, oldest first."""
        found = self._connection.execute(LOST, (destination,))
        return [_lost(dict(row)) for row in found]

    def message_ids(self, destination: str) -> set[str]:
        """Tell the provider's ids of messages whose fate is known."""
        found = self._connection.execute(MESSAGE_IDS, (destination,))
        return {row[0] for row in found}

    def ends(self) -> dict[str, dict[str, Any]]:
        """Tell of each destination how its newest run ended."""
        return {row["destination"]: dict(row) for row in self._connection.execute(ENDS)}

    def states(self, keys: list[str]) -> dict[str, tuple[str, str]]:
        """Tell by key what became of a message, and since when."""
        found: dict[str, tuple[str, str]] = {}
        for key in keys:
            for row in self._connection.execute(STATE, (key,)):
                found[key] = (row["state"], row["state_at"])
        return found

    def steps(self, most: int) -> list[Step]:
        """Tell which steps of runs the warehouse was told, and when, newest first."""
        found = self._connection.execute(f"{STEPS} limit ?", (most,))
        return [(row[0], row[1], row[2]) for row in found]

    def untell(self, told_at: str) -> None:
        """Take what the warehouse was told after `told_at` for not yet told."""
        for statement in UNTELL.split(";"):
            self._connection.execute(statement, {"told_at": told_at})

    def _rows(self, query: str, since: datetime) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(query, (at(since),))]


def _lost(row: dict[str, Any]) -> Lost:
    ended = datetime.fromisoformat(row["state_at"])
    opened = row["opened_at"]
    return Lost(
        row["delivery_key"],
        row["channel"],
        row["address_hash"],
        datetime.fromisoformat(opened) if opened else ended - LONGEST_RUN,
        ended,
    )
