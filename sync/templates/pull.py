"""
Templates fetched from providers, and their changes appended to `raw_templates`.

An account counts only whole: half a list would look like templates that vanished. What
did not change is not appended again; `raw_template_listings` has a row each time a
whole list was seen, so that an old payload is known to be of today.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from os import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO

from sync import config as settings
from sync import lists
from sync.desk import pick_clock
from sync.errors import ConfigError, LockedError, SyncError, TrustError
from sync.manifest import Manifest
from sync.templates import infobip, meta, nhn, twilio, wechat
from sync.templates.changes import changes_of, latest, text_of
from sync.templates.fetch import Fetcher
from sync.warehouse import connect, patiently

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sync.clock import Clock
    from sync.templates.base import Catalogue
    from sync.templates.changes import Changes
    from sync.warehouse import Session, Warehouse

CATALOGUES: Mapping[str, type[Catalogue]] = {
    module.CATALOGUE.provider: module.CATALOGUE
    for module in (meta, twilio, infobip, nhn, wechat)
}
TEMPLATES, LISTINGS = "raw_templates", "raw_template_listings"
Known = list[tuple[object, object, object]]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of one account, or of a provider that is not set up."""

    provider: str
    account_id: str | None
    listed: int = 0
    added: int = 0
    changed: int = 0
    vanished: int = 0
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are in the warehouse, and the file that stands in for a table."""

    warehouse: Warehouse
    senders: str
    templates: str
    listings: str
    landing: Path | None
    wait: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """One whole list, with what of it is new."""

    provider: str
    account_id: str
    fetched_at: datetime
    count: int
    changes: Changes


def pull(
    provider: str | None, target: str | None, *, landing: Path | None, wait: float
) -> list[Pulled]:
    """
    Fetch the templates of every active sender's account, of `provider` or of all.

    Raises:
        ConfigError: The project is not built, or no sender has an account there.
        LockedError: Somebody holds the warehouse.
    """
    config = settings.load(target)
    manifest = Manifest(config.target_dir)
    senders = manifest.model("int_senders")
    if senders is None:
        raise ConfigError("dbt knows no model int_senders. Run `dbt build` first.")
    places = Places(
        warehouse=connect(config.profile),
        senders=senders,
        templates=manifest.source(TEMPLATES, of="templates"),
        listings=manifest.source(LISTINGS),
        landing=landing,
        wait=wait,
    )
    accounts = patiently(wait, lambda: _accounts(places))
    wanted = {
        name: sorted({id_ for who, id_ in accounts if who in one.senders})
        for name, one in CATALOGUES.items()
        if provider in (None, name)
    }
    if provider and not wanted[provider]:
        raise ConfigError(
            f"No active sender of {provider} has a template_account_id. "
            "Complete raw_senders."
        )
    made, done = _set_up({k: v for k, v in wanted.items() if v}, config.env)
    if not made:
        return done
    clock = pick_clock(config.env, [one.base_url for one in made])
    fetched: list[Fetched] = []
    for catalogue in made:
        for account_id in wanted[catalogue.provider]:
            done.append(_pull_one(catalogue, account_id, places, clock, fetched))
    patiently(wait, lambda: _append(places, fetched))
    return done


def _accounts(places: Places) -> list[tuple[str, str]]:
    query = (
        "select distinct lower(provider), template_account_id "  # noqa: S608
        f"from {places.senders} where sender_status = 'active' "
        "and template_account_id is not null and provider is not null"
    )
    with places.warehouse.reading() as session:
        return [(str(who), str(account)) for who, account in session.rows(query)]


def _set_up(
    wanted: Mapping[str, Sequence[str]], env: Mapping[str, str]
) -> tuple[list[Catalogue], list[Pulled]]:
    """Take each provider's settings; one that has none does not stop the next."""
    made: list[Catalogue] = []
    failed: list[Pulled] = []
    for name in wanted:
        try:
            made.append(CATALOGUES[name].from_env(env))
        except ConfigError as error:
            failed.append(_failed(name, None, error))
    return made, failed


def _failed(provider: str, account_id: str | None, error: SyncError) -> Pulled:
    return Pulled(provider, account_id, error=str(error), exit_code=error.exit_code)


def _pull_one(
    catalogue: Catalogue,
    account_id: str,
    places: Places,
    clock: Clock,
    fetched: list[Fetched],
) -> Pulled:
    provider = catalogue.provider
    try:
        if not catalogue.serves(account_id):
            raise ConfigError(
                "The credentials are another account's, or this is no account id. "
                "Correct the settings or template_account_id of raw_senders."
            )
        # Before the first request: what a webhook says meanwhile is newer.
        at = clock.now()
        with lists.client() as http:
            listed = Fetcher(catalogue, http, clock).fetch(account_id)
        rows = patiently(places.wait, lambda: _known(places, account_id))
        changes = changes_of(catalogue, listed, latest(catalogue, rows))
    except LockedError:
        raise
    except SyncError as error:
        return _failed(provider, account_id, error)
    fetched.append(Fetched(provider, account_id, at, len(listed), changes))
    return Pulled(
        provider,
        account_id,
        listed=len(listed),
        added=len(changes.added),
        changed=len(changes.changed),
        vanished=len(changes.vanished),
    )


def _known(places: Places, account_id: str) -> Known:
    """Read what was fetched of the account before: (provider, fetched_at, payload)."""
    if places.landing:
        return [
            (line.get("provider"), line.get("fetched_at"), line.get("payload"))
            for line in _lines(places.landing)
            if line.get("account_id") == account_id
        ]
    query = (
        f"select provider, fetched_at, payload from {places.templates} "  # noqa: S608
        "where account_id = ?"
    )
    with places.warehouse.reading() as session:
        return [(row[0], row[1], row[2]) for row in session.rows(query, account_id)]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                read = json.loads(line)
            except ValueError:
                continue
            if isinstance(read, dict):
                yield read


def _append(places: Places, fetched: Sequence[Fetched]) -> None:
    """Append the changes first, then that the lists were seen; all or nothing."""
    if not fetched:
        return
    rows = [
        {
            "fetched_at": one.fetched_at.isoformat(" "),
            "provider": one.provider,
            "account_id": one.account_id,
            "payload": text_of(template),
        }
        for one in fetched
        for template in one.changes.payloads()
    ]
    listings = [
        {
            "provider": one.provider,
            "account_id": one.account_id,
            "fetched_at": one.fetched_at,
        }
        for one in fetched
    ]
    try:
        with places.warehouse.writing() as session:
            _append_templates(places, session, rows)
            session.append(places.listings, listings)
    except LockedError:
        raise
    except TrustError as error:
        raise TrustError(
            f"{error} Where {TEMPLATES} is a view of a file, name it with --landing."
        ) from None


def _append_templates(
    places: Places, session: Session, rows: list[dict[str, str]]
) -> None:
    if not places.landing:
        session.append(places.templates, rows)
        return
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    with places.landing.open("rb+") as file:
        # What was torn off there must not swallow our first row.
        if file.seek(0, SEEK_END) and not _ends_a_line(file):
            lines.insert(0, "\n")
        file.write("".join(lines).encode())


def _ends_a_line(file: BinaryIO) -> bool:
    file.seek(-1, SEEK_END)
    return file.read(1) == b"\n"
