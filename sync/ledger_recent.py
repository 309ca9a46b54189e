"""What the ledger knows of the last seconds and the last day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.deliveries import at

if TYPE_CHECKING:
    from datetime import datetime

    from sync.ledger_store import Connection

# Messages somebody may have had.
MESSAGED = "state in ('claimed', 'accepted', 'unknown')"
RUN_ENDED = "select 1 from runs where closed_at > ? limit 1"
ADDRESSES = f"""
select sender_id, address_hash, state_at from deliveries
where state_at > ? and address_hash is not null and {MESSAGED}
"""  # noqa: S608
RECIPIENTS = f"""
select distinct sender_id, channel, purpose, customer_id from deliveries
where state_at > ? and {MESSAGED}
"""  # noqa: S608


class Recent:
    """Reads deliveries by when they were settled; each call reads them all."""

    def __init__(self, connection: Connection) -> None:
        """Work on the ledger's own connection."""
        self._connection = connection

    def addresses(self, since: datetime) -> list[dict[str, Any]]:
        """Tell to which addresses earlier runs sent; asks only if one just ended."""
        if not self._rows(RUN_ENDED, since):
            return []
        return self._rows(ADDRESSES, since)

    def recipients(self, since: datetime) -> list[dict[str, Any]]:
        """Tell to whom messages went, by sender, channel and purpose."""
        return self._rows(RECIPIENTS, since)

    def _rows(self, query: str, since: datetime) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(query, (at(since),))]
