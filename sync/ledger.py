"""The ledger: what was claimed, what became of it, and who must not be written to."""

from __future__ import annotations

import secrets
import uuid
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sync.deliveries import Deliveries, event_id
from sync.disk import is_full
from sync.errors import SyncError, TrustError
from sync.ledger_claims import at
from sync.ledger_erasure import Erasure
from sync.ledger_migrations import MIGRATIONS
from sync.ledger_opening import hold_to_key, open_store
from sync.ledger_recent import Recent
from sync.ledger_schema import EVENTS, META, SCHEMA, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path


class Ledger:
    """
    One SQLite file, or a schema in PostgreSQL: a commit is durable when it returns.

    One thread at a time; the runner gives it a thread of its own.
    """

    def __init__(self, path: Path, hash_key: str | None = None, url: str = "") -> None:
        """
        Open the ledger, or make it: at `url`, a PostgreSQL, or in the file `path`.

        Raises:
            TrustError: It is not a ledger this version knows.
            LockedError: Another program holds it, or it takes no writes now.
            ConfigError: There can be no file at `path`, the login at `url` is refused,
                or what is in it was hashed with another key.
        """
        self._store = open_store(path, url)
        self._connection = self._store.connection
        try:
            self._prepare(hash_key)
        except self._store.broken as error:
            self._connection.close()
            if is_full(error):
                raise
            raise TrustError(
                "The ledger is damaged or not a ledger. Restore it from a backup."
            ) from None
        except SyncError:
            self._connection.close()
            raise
        self.ledger_id = self._meta("ledger_id")
        self.deliveries = Deliveries(self._connection, self.hash_key)
        self.erasure = Erasure(self._store, self.hash_key)
        self.recent = Recent(self._connection)

    def _prepare(self, hash_key: str | None) -> None:
        """Make what is missing, and bring an older ledger to this version."""
        self._store.set_up()
        with self.transaction():
            self._connection.execute(self._store.schema(META))
            version = self._meta("schema_version")
            if version not in (None, SCHEMA_VERSION, *MIGRATIONS):
                raise TrustError(
                    f"The ledger is of version {version}, this program knows up to "
                    f"{SCHEMA_VERSION}. Install the program that made it."
                )
            self._make(version)
            own = str(self._meta("hash_key"))
            self.hash_key = (hash_key or own).encode(errors="surrogateescape")
            hold_to_key(self._connection, self.hash_key, own.encode())

    def _make(self, version: str | None) -> None:
        self._script(SCHEMA)
        if version is None:
            self._script(EVENTS)
            self._connection.executemany(
                "insert into meta (key, value) values (?, ?)",
                [
                    ("ledger_id", uuid.uuid4().hex),
                    ("hash_key", secrets.token_hex(32)),
                    ("schema_version", SCHEMA_VERSION),
                ],
            )
        while version in MIGRATIONS:
            self._script(MIGRATIONS[version])
            version = str(int(version) + 1)
            self._connection.execute(
                "update meta set value = ? where key = 'schema_version'", (version,)
            )

    def _script(self, script: str) -> None:
        for statement in self._store.schema(script).split(";"):
            if statement.strip():
                self._connection.execute(statement)

    def _meta(self, key: str) -> Any:
        return self._value("select value from meta where key = ?", key)

    def lease(self, destination: str) -> AbstractContextManager[None]:
        """
        Keep runs of other hosts out of `destination` while inside.

        Raises:
            LockedError: One of them is in; the message says which.
        """
        return self._store.lease(destination)

    def _value(self, query: str, *values: object) -> Any:
        row = self._connection.execute(query, values).fetchone()
        return row[0] if row else None

    def _rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        found = self._connection.execute(query, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        """Close it, and end its leases."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside durable as one, or not at all."""
        try:
            self._connection.execute(self._store.begin)
            yield
            self._connection.execute("commit")
        except BaseException:
            self._store.roll_back()
            raise

    # Runs.

    def open_run(self, run: Mapping[str, object]) -> None:
        """Note a run that begins."""
        names = ("run_id", "destination", "build_id", "host", "pid", "opened_at")
        self._connection.execute(
            "insert into runs (run_id, destination, build_id, host, pid, opened_at) "
            "values (?, ?, ?, ?, ?, ?)",
            [_text(run[name]) for name in names],
        )

    def count_run(self, run_id: str, campaigns: Mapping[str, tuple[int, int]]) -> None:
        """Note how many rows of each campaign were due, and how many there were."""
        self._connection.executemany(
            "insert into run_campaigns values (?, ?, ?, ?) "
            "on conflict (run_id, campaign_id) do update "
            "set due = excluded.due, total = excluded.total",
            [(run_id, name, due, total) for name, (due, total) in campaigns.items()],
        )

    def close_run(self, run_id: str, at: datetime, due: int, exit_code: int) -> None:
        """Note a run's end."""
        self._connection.execute(
            "update runs set closed_at = ?, due = ?, exit_code = ? where run_id = ?",
            (_text(at), due, exit_code, run_id),
        )

    def usual(self, column: str, destination: str, runs: int) -> dict[str, list[int]]:
        """Tell `column` (due, total) of each campaign in its last runs that had any."""
        found: dict[str, list[int]] = {}
        for row in self._rows(
            "select run_campaigns.* from run_campaigns "
            "inner join runs on run_campaigns.run_id = runs.run_id "
            "where runs.destination = ? order by runs.opened_at desc",
            destination,
        ):
            values = found.setdefault(row["campaign_id"], [])
            if row[column] > 0 and len(values) < runs:
                values.append(row[column])
        return found

    def count_places(
        self, run_id: str, places: Mapping[tuple[str, str, str], int]
    ) -> None:
        """Note how many rows each campaign, channel and country had ready."""
        self._connection.executemany(
            "insert into run_places values (?, ?, ?, ?, ?)",
            [(run_id, *place, count) for place, count in places.items()],
        )

    def usual_places(
        self, destination: str, runs: int
    ) -> list[dict[tuple[str, str, str], int]]:
        """Tell what the last runs that had any counted, newest first."""
        found: dict[str, dict[tuple[str, str, str], int]] = {}
        for row in self._rows(
            "select run_places.* from run_places "
            "inner join runs on run_places.run_id = runs.run_id "
            "where runs.destination = ? order by runs.opened_at desc",
            destination,
        ):
            place = (row["campaign_id"], row["channel"], row["country_code"])
            found.setdefault(row["run_id"], {})[place] = row["ready"]
        return list(found.values())[:runs]

    def run_ids(self) -> dict[str, bool]:
        """Name every run this ledger knows, and whether it knows its end."""
        return {
            row["run_id"]: bool(row["is_closed"])
            for row in self._rows(
                "select run_id, closed_at is not null as is_closed from runs "
                "union all select run_id, true as is_closed from adopted_runs"
            )
        }

    def adopt_run(self, run: Mapping[str, object], at: datetime) -> None:
        """Note that another ledger's run is ours from now on."""
        names = ("run_id", "ledger_id", "build_id", "destination")
        self._connection.execute(
            "insert into adopted_runs "
            "(run_id, ledger_id, build_id, destination, adopted_at) "
            "values (?, ?, ?, ?, ?) on conflict do nothing",
            [*(run[name] for name in names), _text(at)],
        )

    def count_claims(self, run_id: str, claims: int) -> None:
        """Add to the claims a run has made."""
        self._connection.execute(
            "update runs set claims = claims + ? where run_id = ?", (claims, run_id)
        )

    def claims_of(self, run_id: str) -> int | None:
        """Tell how many claims a run has made; None for a run that is not known."""
        found = self._value("select claims from runs where run_id = ?", run_id)
        return None if found is None else int(found)

    def close_dead_runs(self, destination: str, at: datetime) -> None:
        """Note the end of runs that died; their claims are settled before."""
        self._connection.execute(
            "update runs set closed_at = ?, exit_code = -9 "
            "where destination = ? and closed_at is null",
            (_text(at), destination),
        )

    def last_runs(self, number: int) -> list[dict[str, Any]]:
        """Tell the newest runs, with their events counted."""
        newest = "from runs order by opened_at desc, run_id limit ?"
        runs = self._rows(f"select * {newest}", number)
        counted: dict[str, dict[str, int]] = {run["run_id"]: {} for run in runs}
        # Events have no index by run: they are gone through once.
        for row in self._rows(
            "select run_id, event, count(*) as rows from events where run_id in "  # noqa: S608
            f"(select run_id {newest}) group by run_id, event order by event",
            number,
        ):
            counted[row["run_id"]][row["event"]] = row["rows"]
        return [run | {"outcomes": counted[run["run_id"]]} for run in runs]

    # Stops.

    def stop(self, stop: Mapping[str, object]) -> None:
        """Keep an operator's stop; it holds from the moment this commits."""
        names = ("operator_stop_id", "customer_id", "address_hash", "channel")
        more = ("purpose", "reason", "occurred_at")
        self._connection.execute(
            "insert into operator_stops (operator_stop_id, customer_id, "
            "address_hash, channel, purpose, reason, occurred_at) "
            "values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            [_text(stop[name]) for name in names + more],
        )

    def stop_ids(self) -> set[str]:
        """Name the stops it keeps."""
        found = self._rows("select operator_stop_id from operator_stops")
        return {row["operator_stop_id"] for row in found}

    # Write-back.

    def unwritten(self, table: str) -> list[dict[str, Any]]:
        """Tell the `operator_stops`, `runs` or `adopted_runs` not yet written."""
        if table == "runs":
            return self._rows(
                "select * from runs where opened_written_at is null "
                "or (closed_at is not null and closed_written_at is null)"
            )
        query = f"select * from {table} where written_at is null"  # noqa: S608
        return self._rows(query)

    def unwritten_events(self, most: int, after: int = 0) -> list[dict[str, Any]]:
        """Tell the oldest events not yet written, with the values they carried."""
        found = self._rows(
            "select events.*, deliveries.states from events "
            "left join deliveries on events.delivery_key = deliveries.delivery_key "
            "where events.written_at is null and events.event_number > ? "
            "order by events.event_number limit ?",
            after,
            most,
        )
        return [one | {"delivery_event_id": event_id(one)} for one in found]

    def written(
        self, table: str, column: str, key: str, ids: Sequence[str], at: datetime
    ) -> None:
        """Note that these rows are safely in the warehouse."""
        self._connection.executemany(
            f"update {table} set {column} = ? where {key} = ?",  # noqa: S608
            [(_text(at), one) for one in ids],
        )

    def count_unwritten(self) -> int:
        """Count events not yet in the warehouse."""
        return int(
            self._value("select count(*) from events where written_at is null") or 0
        )

    def claimed(self) -> int:
        """Count the claims under way, or left by a run that died."""
        query = "select count(*) from deliveries where state = 'claimed'"
        return int(self._value(query) or 0)


def _text(value: object) -> object:
    return at(value) if isinstance(value, datetime) else value
