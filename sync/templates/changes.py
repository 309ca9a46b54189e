"""What is new in a list, compared with what was fetched before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sync.templates.base import Catalogue, Payload

Key = tuple[str, ...]
# Our word in a payload: this template is no longer listed. All else in it is as the
# provider listed it last.
LISTED = "ott_listed"
# Links to samples of media carry a signature that is another each time.
UNSETTLED = frozenset({"header_handle"})
LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC, as in the warehouse


@dataclass(frozen=True, slots=True)
class Changes:
    """Payloads to append."""

    added: list[Payload]
    changed: list[Payload]
    vanished: list[Payload]

    def payloads(self) -> list[Payload]:
        """Give all of them."""
        return [*self.added, *self.changed, *self.vanished]


def changes_of(
    catalogue: Catalogue, listed: Iterable[Payload], known: Mapping[Key, Payload]
) -> Changes:
    """Compare a whole list with the latest of each template that is known."""
    now = {_key(catalogue, template): template for template in listed}
    return Changes(
        added=[template for key, template in now.items() if key not in known],
        changed=[
            template
            for key, template in now.items()
            if key in known and _settled(known[key]) != _settled(template)
        ],
        vanished=[
            template | {LISTED: False}
            for key, template in known.items()
            # What has no name of its own cannot be missed.
            if key not in now and key[0] and template.get(LISTED) is not False
        ],
    )


def latest(
    catalogue: Catalogue, rows: Iterable[tuple[object, object, object]]
) -> dict[Key, Payload]:
    """Keep the latest of each template; rows are (provider, fetched_at, payload)."""
    names = catalogue.senders | {catalogue.provider}
    found: dict[Key, tuple[datetime, Payload]] = {}
    for provider, fetched_at, payload in rows:
        template, at = _object(payload), _instant(fetched_at)
        if template is None or at is None or str(provider).lower() not in names:
            continue
        key = _key(catalogue, template)
        if at >= found.get(key, (LONG_AGO, template))[0]:
            found[key] = (at, template)
    return {key: template for key, (_, template) in found.items()}


def text_of(template: Payload) -> str:
    """Write a payload; what is no text in any encoding stays escaped."""
    text = json.dumps(template, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(template)
    return text


def _key(catalogue: Catalogue, template: Payload) -> Key:
    return catalogue.key(template) or ("", text_of(template))


def _settled(value: Any) -> Any:
    """Leave out what differs from call to call."""
    if isinstance(value, dict):
        return {k: _settled(v) for k, v in value.items() if k not in UNSETTLED}
    return [_settled(item) for item in value] if isinstance(value, list) else value


def _object(payload: object) -> Payload | None:
    try:
        found = json.loads(payload) if isinstance(payload, str) else payload
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _instant(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(str(value).strip())
        except ValueError:
            return None
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
