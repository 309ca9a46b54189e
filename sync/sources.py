"""
`ott doctor --sources`: which raw tables are there, and views to complete for the rest.

What a table is, what its columns mean and what is closed without it is told by
`models/staging/_sources.yml`; it comes here through dbt's manifest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from sync import config as settings
from sync.errors import ConfigError, LockedError, TrustError
from sync.manifest import Manifest
from sync.trust import TYPES
from sync.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync.warehouse import Session, Warehouse

State = Literal["ok", "empty", "missing", "incomplete", "not looked at"]
# Raw tables are text throughout, in each engine's own word.
TEXT = {"duckdb": "varchar", "postgres": "text", "spark": "string"}
FLAG = (
    "Only a boolean and its date? The macro `consent_from_flag` makes this select: "
    'README, "Your warehouse".'
)
PULLED = (
    "Only where you keep the templates yourself; else `ott templates pull` fills a "
    "table of this name."
)
HEAD = """\
Views to complete, one a raw table. In each, put your columns in place of `null` and
`from your_table` in place of `where false`; leave null what you do not have. As they
are they make empty tables, which is what the build does with those that are missing."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table of the contract; `columns` says what goes into each."""

    schema: str
    name: str
    description: str
    columns: Mapping[str, str]
    needed: bool
    closes: str | None
    without: str

    @classmethod
    def of(cls, node: Mapping[str, Any]) -> RawTable:
        """Take it from a source of the manifest."""
        meta = node.get("config", {}).get("meta") or node.get("meta") or {}
        return cls(
            schema=str(node["schema"]),
            name=str(node["name"]),
            description=str(node["description"]),
            columns={
                name: str(column["description"])
                for name, column in node["columns"].items()
            },
            needed=bool(meta.get("needed")),
            closes=meta.get("closes"),
            without=str(meta.get("without", "")),
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What was found of one table; `view` makes it, where it needs one."""

    schema: str
    table: str
    state: State
    needed: bool
    detail: str
    closes: str | None
    without: str
    view: str | None

    @property
    def ok(self) -> bool:
        """Tell whether a build can use what is there."""
        return self.state in ("ok", "not looked at") or not (
            self.needed or self.state == "incomplete"
        )


def examine(target: str | None) -> list[Look]:
    """
    Look at every raw table, the needed ones first.

    Raises:
        ConfigError: There is no manifest, or it is of another kind of warehouse.
        LockedError: Somebody holds the warehouse.
    """
    config = settings.load(target)
    manifest, kind = Manifest(config.target_dir), config.profile.type
    if manifest.adapter != kind:
        raise ConfigError(
            f"The manifest is not of target {config.profile.target} ({kind}). "
            f"Run `dbt parse --target {config.profile.target}` first."
        )
    tables = sorted(map(RawTable.of, manifest.raw_tables()), key=lambda t: not t.needed)
    try:
        warehouse = connect(config.profile)
    except ConfigError as error:
        return [_told(one, kind, "not looked at", str(error)) for one in tables]
    return [_told(one, kind, *_look(warehouse, one)) for one in tables]


def _told(table: RawTable, kind: str, state: State, detail: str) -> Look:
    return Look(
        schema=table.schema,
        table=table.name,
        state=state,
        needed=table.needed,
        detail=detail,
        closes=table.closes,
        without=table.without,
        view=None if state == "ok" else view(table, kind),
    )


def _look(warehouse: Warehouse, table: RawTable) -> tuple[State, str]:
    relation = f'"{table.schema}"."{table.name}"'
    try:
        # A connection each: what fails ends PostgreSQL's transaction.
        with warehouse.reading() as session:
            found = dict(session.columns(relation))
    except LockedError:
        raise
    except TrustError:
        return "missing", ""
    lacking = [name for name in table.columns if name not in found]
    typed = [
        name
        for name in table.columns
        if name in found and found[name].upper() not in TYPES["str"]
    ]
    said = [f"has no {', '.join(lacking)}"] if lacking else []
    said += [f"not text, so cast it: {', '.join(typed)}"] if typed else []
    if said:
        return "incomplete", "; ".join(said)
    try:
        with warehouse.reading() as session:
            return ("ok", "") if _has_rows(session, relation) else ("empty", "")
    except LockedError:
        raise
    except TrustError:
        return "incomplete", "cannot be read"


def _has_rows(session: Session, relation: str) -> bool:
    return bool(list(session.rows(f"select * from {relation} limit 1")))  # noqa: S608


def view(table: RawTable, kind: str) -> str:
    """Write the view of a raw table, with no rows yet."""
    text = TEXT.get(kind, "varchar")
    columns = ",\n".join(
        f"    -- {told}\n    cast(null as {text}) as {name}"
        for name, told in table.columns.items()
    )
    about = f"-- {table.name}: {table.description}\n"
    made = (
        f"create or replace view {table.schema}.{table.name} as\n"
        f"select\n{columns}\nwhere false;"
    )
    if table.name == "raw_consent_events":
        return f"{about}-- {FLAG}\n{made}"
    if table.name == "raw_templates":
        # As a comment: a view in its place could not be pulled into.
        made = f"drop table if exists {table.schema}.{table.name} cascade;\n{made}"
        made = "\n".join(f"-- {line}" for line in made.splitlines())
        return f"{about}-- {PULLED}\n{made}"
    return about + made


def script(looks: Sequence[Look]) -> str:
    """Write what was found as comments, and the views, so that SQL can run it all."""
    width = max((len(one.table) for one in looks), default=0)
    lines = [f"-- {_line(one, width)}" for one in looks]
    if views := [one.view for one in looks if one.view]:
        lines += ["", *[f"-- {line}" for line in HEAD.splitlines()]]
        lines += [f"create schema if not exists {looks[0].schema};"]
    return "\n".join(lines) + "".join(f"\n\n{one}" for one in views)


def _line(look: Look, width: int) -> str:
    mark = "ok" if look.state == "ok" else "  " if look.ok else "NO"
    line = f"{mark}  {look.table:<{width}}  {look.state}"
    if look.detail:
        line += f": {look.detail}"
    if look.state in ("missing", "empty"):
        line += f". {look.without}"
        line += f" Closes {look.closes}." if look.closes else ""
    return line


def as_rows(looks: Sequence[Look]) -> list[dict[str, Any]]:
    """Give the looks as plain values."""
    return [asdict(one) | {"ok": one.ok} for one in looks]
