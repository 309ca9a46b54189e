"""Debian's Chromium, driven over a page that lies in a file; nothing is downloaded."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium here: apt-get install chromium"
)


@contextmanager
def opened(path, *, width=1280, height=900, scheme="light", ready="html"):
    """Open a file without a network; give the page, and what its console says."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            offline=True,
        )
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: said.extend(outside(asked.url)))
        page.goto(path.as_uri())
        page.wait_for_selector(ready, state="attached")
        yield page, said
        browser.close()


def outside(url):
    return [] if url.startswith(("file:", "data:", "blob:")) else [f"asks {url}"]


def faults(page):
    """What axe-core finds serious or critical: rule and where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (fault["id"], [node["target"] for node in fault["nodes"]][:5])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
