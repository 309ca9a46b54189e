"""The docs site, as a marketer opens it: from a file, without a network."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from browser import needs_chromium, opened

pytestmark = pytest.mark.long

OPENING = "h1:has-text('Who may we message')"


@pytest.fixture(scope="module")
def site(built):
    built.dbt("docs", "generate", "--static")
    path = built.home / "target/static_index.html"
    subprocess.run([sys.executable, "-m", "sync.report.site", path], check=True)
    return path


def labels(site):
    """What the page of each node is headed with."""
    text = (site.parent / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    nodes = manifest["nodes"] | manifest["exposures"]
    return {key: node.get("label") or node["name"] for key, node in nodes.items()}


def test_every_public_column_is_described_in_the_site(site):
    text = (site.parent / "manifest.json").read_text(encoding="utf-8")
    public = [
        node
        for node in json.loads(text)["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    ]

    bare = [
        f"{node['name']}.{column['name']}"
        for node in public
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert len(public) > 25
    assert bare == []
    assert [node["name"] for node in public if not node["description"]] == []


def test_lower_layers_are_hidden(site):
    text = (site.parent / "manifest.json").read_text(encoding="utf-8")

    shown = {
        node["fqn"][1]
        for node in json.loads(text)["nodes"].values()
        if node["resource_type"] == "model" and node["docs"]["show"]
    }
    assert shown == {"audiences", "marts", "sync"}


@needs_chromium
def test_it_opens_from_a_file_and_its_opening_links_lead_somewhere(site):
    with opened(site, ready=OPENING) as (page, said):
        links = page.eval_on_selector_all(
            "a[href^='#!/']",
            "links => [...new Set(links.map(a => a.getAttribute('href')))]",
        )
        asked = [link for link in links if "ott." in link]
        assert len(asked) > 30
        titles = labels(site)
        for link in asked:
            page.evaluate("link => { location.hash = link.slice(1); }", link)
            title = titles[link.rpartition("/")[2]]
            page.get_by_role("heading", name=title).first.wait_for()
        page.goto(f"{site.as_uri()}#!/exposure/exposure.ott.reply_window")
        page.wait_for_selector("svg[role=img] title", state="attached")

        assert said == []
