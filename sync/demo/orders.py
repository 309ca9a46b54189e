"""Somebody's own order history, with everything else made up around it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sync.demo import people
from sync.demo.files import write
from sync.demo.generate import channels
from sync.demo.world import BY_PROVIDER, COUNTRIES, World, instant
from sync.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("order_id", "customer_id", "ordered_at", "amount", "status", "country")
# Where a generated number comes from; SQL alone decides what a country text means.
NAMES = {
    "AUSTRALIA": "AU",
    "BRAZIL": "BR",
    "CANADA": "CA",
    "CHINA": "CN",
    "COLOMBIA": "CO",
    "FRANCE": "FR",
    "GERMANY": "DE",
    "HONG KONG": "HK",
    "INDIA": "IN",
    "INDONESIA": "ID",
    "ITALY": "IT",
    "JAPAN": "JP",
    "KOREA": "KR",
    "MEXICO": "MX",
    "NETHERLANDS": "NL",
    "RSA": "ZA",
    "SINGAPORE": "SG",
    "SOUTH AFRICA": "ZA",
    "SOUTH KOREA": "KR",
    "SPAIN": "ES",
    "TAIWAN": "TW",
    "THAILAND": "TH",
    "UNITED ARAB EMIRATES": "AE",
    "UNITED KINGDOM": "GB",
    "UNITED STATES": "US",
    "USA": "US",
}
NUMBERS = NAMES | {country[0]: country[0] for country in COUNTRIES}
Row = dict[str, str]


def from_orders(
    path: Path, now: datetime, out_dir: Path, *, shift: bool = True, seed: int = 7
) -> World:
    """
    Write the raw tables around an order history.

    Orders and customers are the file's; contacts, consents and webhooks are generated
    and say so. Lines nobody can read are written through: SQL sets them aside.

    Args:
        path: CSV with the columns of `COLUMNS`.
        now: The instant (UTC) that the last order is moved to.
        out_dir: Where the raw tables go.
        shift: Whether to move the dates at all.
        seed: What the generated part is drawn from.

    Raises:
        ConfigError: The file cannot be read or has other columns.
    """
    rows = _read(path)
    world = World(now, seed)
    moved = _moved(rows, world.now) if shift else timedelta(0)
    countries: dict[str, str] = {}
    for row in rows:
        _order(world, row, moved)
        if row["customer_id"].strip():
            countries[row["customer_id"].strip()] = row["country"]
    crowd = [_customer(world, *each) for each in countries.items()]
    channels(world, crowd)
    write(world, out_dir)
    return world


def _read(path: Path) -> list[Row]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [
                each for each in COLUMNS if each not in (reader.fieldnames or ())
            ]
            rows = [{key: row.get(key) or "" for key in COLUMNS} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"Cannot read {path}. Give a CSV file in UTF-8."
        raise ConfigError(message) from error
    if missing:
        message = (
            f"{path} has no column {', '.join(missing)}. Add it to the first line."
        )
        raise ConfigError(message)
    if not any(row["customer_id"].strip() for row in rows):
        message = f"{path} has no order of any customer. Give at least one."
        raise ConfigError(message)
    return rows


def _instant(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _moved(rows: list[Row], now: datetime) -> timedelta:
    instants = [when for row in rows if (when := _instant(row["ordered_at"]))]
    return now - max(instants) if instants else timedelta(0)


def _shifted(text: str, moved: timedelta) -> str:
    """Move an instant; one that cannot be read, or moved, stays as it is."""
    when = _instant(text)
    try:
        return instant((when + moved).astimezone(UTC)) if when else text
    except OverflowError:
        return text


def _order(world: World, row: Row, moved: timedelta) -> None:
    ordered_at = _shifted(row["ordered_at"], moved)
    world.add(
        "raw_orders",
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        ordered_at=ordered_at,
        amount=row["amount"],
        status=row["status"],
        received_at=ordered_at,
    )


def _customer(world: World, customer_id: str, country: str) -> people.Person:
    known = NUMBERS.get(country.strip().upper())
    person = people.make(world, customer_id, known or "GB")
    draw = world.chance("own", customer_id)
    people.customer(
        world,
        person,
        country_code=country,
        # Elsewhere the zone is left to SQL, which knows the country.
        time_zone=person.zone if known else "",
        received_at=instant(world.ago(days=1)),
        created_at="",
    )
    if draw.random() < 0.92:
        people.contact(world, person)
    if person.channel != "whatsapp":
        people.reach(world, person, person.channel)
    if draw.random() < 0.55:
        people.grant(world, person)
        if person.country in BY_PROVIDER:
            people.grant_thanks(world, person)
    elif draw.random() < 0.3:
        people.grant(world, person, basis="existing_customer", actor="system")
    if draw.random() < 0.06:
        people.consent(world, person, "withdraw", world.ago(days=draw.uniform(1, 90)))
    return person
