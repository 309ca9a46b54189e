"""The docs site, as a marketer opens it: from a file, without a network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from browser import faults, needs_chromium, opened

pytestmark = pytest.mark.long

OPENING = "h1:has-text('Who may we message')"


@pytest.fixture(scope="module")
def site(built, tmp_path_factory):
    """The page, where nothing else lies that it could ask for."""
    built.dbt("docs", "generate", "--static")
    made = built.home / "target"
    path = tmp_path_factory.mktemp("site") / "static_index.html"
    for name in (path.name, "manifest.json"):
        shutil.copy(made / name, path.parent)
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


@pytest.fixture(scope="module")
def opened_site(site):
    with opened(site, ready=OPENING) as (page, said):
        yield page, said


@pytest.fixture
def page(opened_site):
    """The opening page, at a desk."""
    page, _ = opened_site
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    go(page, "#!/overview")
    page.wait_for_selector(OPENING)
    return page


def go(page, link):
    page.evaluate("link => { location.hash = link.slice(1); }", link)


def links(page):
    """The links of our own words on the page that is open."""
    found = page.eval_on_selector_all(
        ".markdown a[href], [marked] a[href]",
        "links => [...new Set(links.map(a => a.getAttribute('href')))]",
    )
    return [link for link in found if "ott." in link]


def pages_of_words(site):
    """Each channel and each group of reasons, the window and the report."""
    text = (site.parent / "manifest.json").read_text(encoding="utf-8")
    return [
        f"#!/exposure/{key}"
        for key, exposure in json.loads(text)["exposures"].items()
        if exposure["type"] != "application"
    ]


@needs_chromium
def test_every_link_leads_to_a_page_that_shows_the_thing(site, page):
    asked = links(page)
    assert len(asked) > 30
    words = pages_of_words(site)
    assert len(words) == 5 + 13 + 2
    titles = labels(site)
    for link in [*words, *asked]:
        go(page, link)
        title = titles[link.rpartition("/")[2]]
        page.locator("h1", has_text=title).first.wait_for()
        assert page.title() == title
        assert "not currently documented" not in page.inner_text(".app-content"), link
        assert {*links(page)} <= {*words, *asked}, link


@needs_chromium
def test_an_audience_is_followed_to_what_it_becomes(page):
    """By clicks, from a destination's table; no hidden layer stands between."""
    go(page, "#!/model/model.ott.sync_whatsapp")
    page.locator("h1", has_text="sync_whatsapp").wait_for()
    assert page.locator("[references=parents] a", has_text="int_").count() == 0
    page.locator("[references=parents] a", has_text="aud_winback_lapsed").wait_for()
    page.locator("[references=references] a", has_text="Exposures").click()
    page.locator(".app-content a", has_text="whatsapp_messages").click()
    page.locator("h1", has_text="WhatsApp messages").wait_for()

    go(page, "#!/model/model.ott.aud_winback_lapsed")
    page.locator("h1", has_text="aud_winback_lapsed").wait_for()
    page.get_by_role("button", name="Show where this comes from").press("Enter")
    page.wait_for_selector(".launcher.on canvas")
    page.get_by_role("button", name="Close Graph").first.press("Enter")
    page.wait_for_selector(".launcher:not(.on)")


@needs_chromium
def test_the_window_is_drawn_with_a_name(page):
    go(page, "#!/exposure/exposure.ott.reply_window")
    picture = page.get_by_role("img", name="The 24-hour window")

    picture.wait_for()
    assert picture.bounding_box()["width"] > 600


@needs_chromium
def test_it_can_be_used_by_keyboard(page):
    """From the list at its side to a table, and one of its columns."""
    page.reload()
    page.wait_for_selector(OPENING)
    for name in ("ott", "models", "marts"):
        page.get_by_role("button", name=name, exact=True).first.press("Enter")
    page.get_by_role("button", name="fct_reply_windows").press("Enter")
    page.locator("h1", has_text="fct_reply_windows").wait_for()
    page.locator("tr.column-row").first.press("Enter")
    page.wait_for_selector("tr.column-row-selected")

    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != (
        "none"
    )


@needs_chromium
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)]
)
def test_axe_finds_no_serious_fault_on_any_kind_of_page(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for link in (
        "#!/overview",
        "#!/exposure/exposure.ott.channel_whatsapp",
        "#!/exposure/exposure.ott.reasons_legal",
        "#!/exposure/exposure.ott.reply_window",
        "#!/model/model.ott.fct_audience_waterfall",
        "#!/seed/seed.ott.eligibility_reasons",
    ):
        go(page, link)
        name = "Who may we" if link == "#!/overview" else ""
        page.locator(".app-content h1", has_text=name).first.wait_for()
        page.wait_for_timeout(300)

        assert faults(page) == [], link
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{link} scrolls sideways"


@needs_chromium
def test_the_console_stayed_silent(opened_site):
    """The last test of this file: the page was used by all of the others."""
    _, said = opened_site

    assert said == []
