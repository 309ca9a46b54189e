"""`ott plan`: what `ott send` would do now, without sending and without settings."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sync import collect, inputs
from sync.desk import desk, is_sandbox
from sync.destinations import DESTINATIONS
from sync.destinations.contents import load_contents
from sync.errors import ConfigError, GuardError
from sync.masking import mask
from sync.spool import spool
from sync.warehouse import patiently

if TYPE_CHECKING:
    from sync.collect import Due, Options
    from sync.desk import Desk
    from sync.destinations import Destination
    from sync.stops import Stops

SAMPLE = 5
SHOWN = ("delivery_key", "campaign_id", "customer_id", "template_name")


def plan(
    name: str, target: str | None, options: Options, stops: Stops
) -> dict[str, Any]:
    """
    Tell what `send` would do now, with masked samples; `stops` is shared by one call.

    `lacking` says which setting would stop it, `limit` which limit; else they are None.
    `guards` has what was compared with the usual, and whether it trips.

    Raises:
        SyncError: `send` would refuse for the same reason.
    """
    kind = DESTINATIONS[name]
    destination, lacking = _set_up(kind)
    urls = [destination.base_url] if destination and destination.sends else []
    with desk(target, urls) as at:
        if hasattr(kind, "contents"):
            load_contents(*at.config.folders)
        with spool(at.config.ledger_path.parent, kind.row, f"plan-{name}") as queue:
            due = patiently(
                options.wait,
                lambda: collect.collect(
                    at, kind, queue, stops, options, countries=True
                ),
            )
            if destination:
                sandbox = destination.sends and is_sandbox(destination.base_url)
                collect.check_target(due.build, destination, sandbox=sandbox)
            limit = _limit(at, kind, due, options)
            guards = inputs.judge(at, kind, due, options)
            told = _told(due, queue.sample(SAMPLE), name)
    found = [asdict(one) for one in guards]
    return told | {"lacking": lacking, "limit": limit, "guards": found}


def _set_up(
    kind: type[Destination[Any]],
) -> tuple[Destination[Any] | None, str | None]:
    try:
        return kind.from_env(os.environ), None
    except ConfigError as error:
        return None, str(error)


def _limit(
    at: Desk, kind: type[Destination[Any]], due: Due, options: Options
) -> str | None:
    try:
        collect.check_limits(at, kind, due, options)
    except GuardError as error:
        return str(error)
    return None


def _told(due: Due, sample: list[Any], name: str) -> dict[str, Any]:
    return {
        "destination": name,
        "build_id": due.build.build_id,
        "as_of": due.build.as_of.isoformat(sep=" "),
        "due": sum(due.due.values()),
        "known": due.known,
        "later": due.later,
        "campaigns": dict(sorted(due.due.items())),
        "places": _places(due),
        "sample": [
            {field: getattr(row, field, None) for field in SHOWN}
            | {"address": mask(getattr(row, "address", None))}
            for row in sample
        ],
    }


def _places(due: Due) -> list[dict[str, Any]]:
    places: dict[tuple[str, str, str], dict[str, Any]] = {}
    for (campaign, channel, country, state), count in due.places.items():
        place = places.setdefault(
            (campaign, channel, country or ""),
            {
                "campaign_id": campaign,
                "channel": channel,
                "country_code": country,
                "due": 0,
                "later": 0,
                "known": 0,
            },
        )
        place[state] += count
    return [places[key] for key in sorted(places)]
