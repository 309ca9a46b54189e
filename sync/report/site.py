"""
Mends dbt's one-file docs page, after `dbt docs generate --static` made it.

dbt shows no picture in a description, as it takes every tag for an attack; these are
our own words, so tags may stand. And it asks for files named after icons it has
not filled in yet, which a page opened from a file may not.
"""

from __future__ import annotations

from pathlib import Path

import click

from sync.command import command
from sync.errors import ConfigError

MENDS = (
    ("${require('./assets/favicons/favicon.ico')}", "data:,"),
    ("{gfm:!0,sanitize:!0}", "{gfm:!0}"),
    ('<use xlink:href="{{ getIcon', '<use ng-href="{{ getIcon'),
    ('<use xlink:href=\\"{{ getIcon', '<use ng-href=\\"{{ getIcon'),
)


@click.command()
@click.argument("page", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@command
def main(*, page: Path) -> None:
    """Mend PAGE where it lies."""
    text = page.read_text(encoding="utf-8")
    if MENDS[1][0] not in text:
        raise ConfigError("dbt's docs page is another than ours. Pin dbt as we do.")
    for old, new in MENDS:
        text = text.replace(old, new)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
