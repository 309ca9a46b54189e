"""Our placeholders in the words of drivers that have others."""

from __future__ import annotations

import re

# A literal or a quoted name, kept as it is; a placeholder; a percent sign.
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|\?|%")


def translate(query: str) -> str:
    """Write `?` as a driver's `%s`, and a percent sign so that it stays one."""

    def one(found: re.Match[str]) -> str:
        return "%s" if found[0] == "?" else found[0].replace("%", "%%")

    return TOKEN.sub(one, query)
