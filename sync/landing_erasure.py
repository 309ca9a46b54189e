"""The files that `ott webhook` wrote, without what one person said or was told."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sync.masking import spellings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# The receiver begins a file an hour; what it may still be writing is left alone.
STILL_OPEN = timedelta(hours=1, minutes=5)
NAME = "%Y%m%dT%H%M%S"
# No number and no id of a person is shorter, or without a digit.
SHORTEST = 6
DIGIT = re.compile("[0-9]")
# Under these Braze and Marketing Cloud name a customer as we do.
OUR_ID = "external_user_id|contactKey|subscriberKey"


@dataclass(frozen=True, slots=True)
class Landed:
    """How many webhooks went, and how many files may still be written to."""

    webhooks: int
    open_files: int


def pattern(addresses: Iterable[str], customer_id: str = "") -> re.Pattern[str] | None:
    """
    Find any of the addresses as a word of its own, and the id where a provider says it.

    None if there is neither.
    """
    ways = []
    words = {form.lstrip("+") for one in addresses if one for form in spellings(one)}
    # What a form was filled with instead would find everybody.
    words = {word for word in words if len(word) >= SHORTEST and DIGIT.search(word)}
    if words:
        several = "|".join(sorted(map(re.escape, words), reverse=True))
        # In a form `%2B` stands before a number, and ends in a letter.
        before = "(?:(?<![0-9a-z])|(?<=%[0-9a-f][0-9a-f]))"
        ways.append(rf"{before}(?:{several})(?![0-9a-z])")
    if customer_id:
        # Anywhere else a short id may be a number of anything.
        said = re.escape(customer_id)
        ways.append(rf'(?-i:(?:{OUR_ID})\\*": ?\\*"{said}\\*")')
    return re.compile("|".join(ways), re.IGNORECASE) if ways else None


def erase_landed(folder: Path, found: re.Pattern[str], now: datetime) -> Landed:
    """Rewrite the files below `folder`; a reader sees the old file or the new one."""
    webhooks = open_files = 0
    for path in sorted(folder.glob("*/*.jsonl")):
        if _may_be_open(path, now):
            open_files += bool(found.search(path.read_text(encoding="utf-8")))
        else:
            webhooks += _rewrite(path, found)
    return Landed(webhooks, open_files)


def _may_be_open(path: Path, now: datetime) -> bool:
    try:
        begun = datetime.strptime(path.name[:15], NAME)  # noqa: DTZ007 - UTC, as all.
    except ValueError:
        return False
    return now - begun < STILL_OPEN


def _rewrite(path: Path, found: re.Pattern[str]) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [_without(line, found) for line in lines]
    changed = sum(old != new for old, new in zip(lines, kept, strict=True))
    if changed:
        beside = path.with_suffix(".erasing")
        beside.touch(mode=0o600)
        # Whatever the umask: who read the old file reads the new one.
        beside.chmod(path.stat().st_mode & 0o777)
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in kept if line)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return changed


def _without(line: str, found: re.Pattern[str]) -> str:
    """Leave out the part of a webhook that names the person; all of it, if it must."""
    try:
        row = json.loads(line)
        whole = json.loads(row["payload"])
        payload = prune(whole, found)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "" if found.search(line) else line
    if payload == whole:
        return line
    if payload is None:
        return ""
    return json.dumps(row | {"payload": json.dumps(payload, ensure_ascii=False)})


def prune(value: Any, found: re.Pattern[str]) -> Any:
    """
    Drop the smallest list items that name the person: a call may carry several people.

    An object with a value of its own that names them is all about them: None.
    """
    if isinstance(value, list):
        return [one for one in (prune(v, found) for v in value) if one is not None]
    if isinstance(value, dict):
        kept = {name: prune(one, found) for name, one in value.items()}
        gone = any(kept[n] is None and value[n] is not None for n in value)
        return (
            None
            if gone or any(_names(found, *item) for item in value.items())
            else kept
        )
    return None if found.search(str(value)) else value


def _names(found: re.Pattern[str], name: str, value: object) -> bool:
    told = "" if isinstance(value, dict | list) else value
    return bool(found.search(f'"{name}": "{told}"'))
