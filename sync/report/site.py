"""
Mends dbt's one-file docs page, after `dbt docs generate --static` made it.

dbt shows no picture in a description, as it takes every tag for an attack; these are
our own words, so tags may stand. And it asks for files named after icons it has
not filled in yet, which a page opened from a file may not. Its words are too pale to
read, and half of what it lets a mouse do no key reaches: `site.css` and `site.js`. Its
lineage ends wherever a layer is hidden: `lineage`.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import click

from sync.command import command
from sync.errors import ConfigError
from sync.report.lineage import bridged

TAGS = "{gfm:!0,sanitize:!0}"
MENDS = (
    ("${require('./assets/favicons/favicon.ico')}", "data:,"),
    (TAGS, "{gfm:!0}"),
    ('<use xlink:href="{{ getIcon', '<use ng-href="{{ getIcon'),
    ('<use xlink:href=\\"{{ getIcon', '<use ng-href=\\"{{ getIcon'),
    ("<title>dbt Docs</title>", "<title>Who may be messaged, and why not</title>"),
    ("minimum-scale=1,maximum-scale=1,", ""),
    ('<label for="code" style="margin-right:15px;">Tags', '<label for="tag">Tags'),
)


@click.command()
@click.argument("page", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@command
def main(*, page: Path) -> None:
    """Mend PAGE where it lies, beside the manifest.json that is in it."""
    text = page.read_text(encoding="utf-8")
    manifest = page.with_name("manifest.json").read_text(encoding="utf-8")
    if TAGS not in text or manifest not in text:
        raise ConfigError("dbt's docs page is another than ours. Pin dbt as we do.")
    text = text.replace(manifest, json.dumps(bridged(json.loads(manifest))))
    for old, new in MENDS:
        text = text.replace(old, new)
    head = f"<style>{_file('site.css')}</style><script>{_file('site.js')}</script>"
    page.write_text(text.replace("</head>", f"{head}</head>", 1), encoding="utf-8")


def _file(name: str) -> str:
    return files("sync.report").joinpath(name).read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
