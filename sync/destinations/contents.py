"""
Messages of more than text, in no provider's words: `seeds/campaigns/content/*.json`.

A file is one JSON object with `kind` and what that kind needs; `{name}` in any of its
texts is filled from the row's variables. docs/content.md shows each kind.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sync.destinations.base import RowError
from sync.destinations.values import INVALID, words
from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sync.destinations.values import Values

FOLDER = "seeds/campaigns/content"
# By which words a customer says stop; a team's own rows take the place of ours.
KEYWORDS = (
    "seeds/reference/stop_keywords_defaults.csv",
    "seeds/overrides/stop_keywords_overrides.csv",
)
PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
LINK = r"https://\S+"
# WhatsApp's own, whoever carries it there.
CAPTION = 1024
TEXT = r"(?s)(?=.*\S).+"
# What each kind must have; the shape of a value is a pattern, or that of its items.
Shape = dict[str, Any]
BUTTON: Shape = {"title": TEXT, "url": LINK}
CARD: Shape = {"title": TEXT, "text": TEXT, "image_url": LINK, "buttons": [BUTTON]}
KINDS: dict[str, Shape] = {
    "text": {"text": TEXT},
    "image": {"url": LINK},
    "audio": {"url": LINK, "seconds": int},
    "video": {"url": LINK, "preview_url": LINK},
    "buttons": {"text": TEXT, "buttons": [BUTTON]},
    "quick_replies": {"text": TEXT, "replies": [{"title": TEXT, "payload": TEXT}]},
    "list": {
        "text": TEXT,
        "button": TEXT,
        "rows": [{"id": TEXT, "title": TEXT, "description": TEXT}],
    },
    "carousel": {"text": TEXT, "cards": [CARD]},
}


@dataclass(frozen=True, slots=True)
class Content:
    """One message: its kind, and the file's other values."""

    kind: str
    body: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a file's text.

        Raises:
            ValueError: It is not what its kind needs; the message says what is missing.
        """
        body = json.loads(text)
        kind = body.pop("kind", None) if isinstance(body, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        _check(KINDS[kind], body, kind)
        return cls(kind, body)

    def filled(self, values: Values) -> Content:
        """Put the row's values in; one that is missing raises RowError."""
        return Content(self.kind, _filled(self.body, values))


def load_contents(*folders: Path) -> dict[str, Content]:
    """
    Read every content file of the projects, by its name without `.json`; the last wins.

    Raises:
        ConfigError: One of them is broken; the message names it.
    """
    contents, stops = {}, _stop_words(folders)
    for path in [
        path for one in folders for path in sorted((one / FOLDER).glob("*.json"))
    ]:
        try:
            content = Content.parse(path.read_text(encoding="utf-8"))
            _check_replies(content, stops)
            contents[path.stem] = content
        except (ValueError, OSError, RecursionError) as error:
            raise ConfigError(
                f"The content {path.name} is broken: {error}. Correct it."
            ) from None
    return contents


def content_of(contents: Mapping[str, Content], row: Any, values: Values) -> Content:
    """
    Say what a row's message is: its content file, or else its free text.

    Raises:
        RowError: It has neither, or its file is not of the kind the decision was for.
    """
    if row.content:
        content = contents.get(row.content)
        if content is None or content.kind != row.content_kind:
            raise RowError(
                "The row's content is missing or of another kind than decided for. "
                "Build again.",
                reason_code="content_not_supported",
            )
        return content.filled(values)
    if not (row.free_text or "").strip():
        raise RowError(
            "The row has neither text nor content. Complete campaign_messages.",
            reason_code=INVALID,
        )
    return Content("text", {"text": row.free_text})


def caption(body: Mapping[str, Any]) -> dict[str, str]:
    """Say the words beside a picture or a film, where there are any."""
    text = body.get("text")
    return {"caption": words(str(text), CAPTION)} if text else {}


def wordless(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body of a file that goes without words, or raise RowError."""
    if body.get("text"):
        raise RowError(
            "This destination carries no words beside a file. Choose another content.",
            reason_code="content_not_supported",
        )
    return body


def _stop_words(folders: Sequence[Path]) -> set[str]:
    """Take the words in force; whether the files are sound is for dbt to say."""
    found = {}
    for path in [one / name for name in KEYWORDS for one in folders]:
        if path.is_file():
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            for row in csv.DictReader(text.splitlines()):
                word, is_active = row.get("keyword") or "", row.get("is_active") or ""
                found[row.get("language_code"), word] = is_active.lower() != "false"
    return {_folded(word) for (_, word), is_on in found.items() if is_on} - {""}


def _check_replies(content: Content, stops: set[str]) -> None:
    """Refuse a stop nobody would hear: some providers give back the title alone."""
    for reply in content.body.get("replies", ()):
        title, payload = _folded(reply["title"]), _folded(reply["payload"])
        if payload in stops and title not in stops:
            raise ValueError("the title of a reply that says stop is no stop word")


def _folded(text: str) -> str:
    """Compare as `fold_text` does: no case, no width, no accents, no signs."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _check(shape: Shape, value: object, at: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{at} is not an object")  # noqa: TRY004 - a broken file.
    for name, wanted in shape.items():
        found, place = value.get(name), f"{at}.{name}"
        if isinstance(wanted, list):
            if not isinstance(found, list) or not found:
                raise ValueError(f"{place} is not a list of at least one")
            for item in found:
                _check(wanted[0], item, place)
        elif wanted is int:
            if type(found) is not int or found <= 0:
                raise ValueError(f"{place} is not a number above 0")
        elif not isinstance(found, str) or not re.fullmatch(wanted, found):
            raise ValueError(f"{place} is missing or not of its form")


def _filled(value: Any, values: Values) -> Any:
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: values[match[1]], value)
    if isinstance(value, dict):
        return {name: _filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    return value
