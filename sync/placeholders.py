"""Our placeholders in the words of drivers that have others."""

from __future__ import annotations

import re

# A literal or a quoted name, kept as it is; a named value, which no cast is; a
# placeholder; a percent sign.
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|(?<!:):([a-z_]+)|\?|%")


def translate(query: str) -> str:
    """Write `?` and `:name` as a driver's own; a percent sign stays one."""

    def one(found: re.Match[str]) -> str:
        if found[1]:
            return f"%({found[1]})s"
        return "%s" if found[0] == "?" else found[0].replace("%", "%%")

    return TOKEN.sub(one, query)
