"""What the other providers list of the file of templates, read anew for each answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from aiohttp import web

# Whose templates have which name of their own.
KEYS = {
    "twilio": ("sid",),
    "infobip": ("name", "language"),
    "nhn": ("templateCode",),
    "wechat": ("template_id",),
}


def listed(
    path: Path | None, provider: str, account_id: str | None = None
) -> list[dict[str, Any]]:
    """List the latest of each template of an account, or of all of a provider."""
    latest: dict[object, tuple[str, dict[str, Any]]] = {}
    for record, payload in _records(path):
        if record.get("provider") != provider:
            continue
        if account_id not in (None, record.get("account_id")):
            continue
        key = tuple(payload.get(name) for name in KEYS[provider])
        fetched = str(record.get("fetched_at", ""))
        if key not in latest or fetched >= latest[key][0]:
            latest[key] = (fetched, payload)
    return [payload for _, payload in latest.values() if is_there(payload)]


def is_there(payload: Mapping[str, Any]) -> bool:
    """Tell whether a payload is a listed one: ours may say that it vanished."""
    return payload.get("ott_listed") is not False


def number(request: web.Request, name: str, default: int) -> int:
    """Take a whole number from the query."""
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() else default


def _records(
    path: Path | None,
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for line in path.read_text(encoding="utf-8").splitlines() if path else []:
        try:
            record = json.loads(line)
            payload = json.loads(record["payload"])
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(payload, dict):
            yield record, payload
