"""The landing in PostgreSQL: the raw tables themselves, one transaction a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import ConfigError, SyncError
from sync.webhook.landing import LandingError, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.warehouse import Warehouse

ALLOWED = "select has_table_privilege(?::regclass, 'INSERT')"


class Tables:
    """The raw tables of a warehouse: `relations` has the name of each."""

    def __init__(self, warehouse: Warehouse, relations: Mapping[str, str]) -> None:
        """Remember them; nothing is opened."""
        self._warehouse = warehouse
        self._relations = relations

    def prepare(self, tables: Sequence[str]) -> None:
        """Ask that each table is there, has the columns, and takes rows from us."""
        with self._warehouse.reading() as session:
            for table in tables:
                relation = self._relations[table]
                row = Row(table, "", "", None, "-" if "provider" in table else None)
                missing = set(row.columns()) - {n for n, _ in session.columns(relation)}
                if missing:
                    raise ConfigError(f"{table} has no {min(missing)}. Add the column.")
                if not next(session.rows(ALLOWED, relation))[0]:
                    raise ConfigError(f"{table} takes no rows from us. Grant INSERT.")

    def write(self, rows: Sequence[Row]) -> None:
        """Insert rows; they are committed when this returns."""
        by_table: dict[str, list[dict[str, str | None]]] = {}
        for row in rows:
            by_table.setdefault(row.table, []).append(row.columns())
        try:
            with self._warehouse.writing() as session:
                for table, several in by_table.items():
                    session.append(self._relations[table], several)
        except SyncError as error:
            raise LandingError(str(error)) from None

    def close(self) -> None:
        """Nothing stays open."""
