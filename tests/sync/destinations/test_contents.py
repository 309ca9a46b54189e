from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from driving import MESSAGE, ROOT

from sync.destinations import DESTINATIONS, RowError
from sync.destinations.contents import (
    FOLDER,
    KINDS,
    Content,
    content_of,
    load_contents,
)
from sync.destinations.values import Values
from sync.errors import ConfigError

FILES = sorted((ROOT / FOLDER).glob("*.json"))
VALUES = Values.of('{"first_name": "Ana", "offer": "10%"}')


def test_there_is_an_example_of_each_kind():
    kinds = {content.kind for content in load_contents(ROOT).values()}

    assert kinds == set(KINDS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_page_shows_each_example_as_it_is(path):
    page = (ROOT / "docs/content.md").read_text(encoding="utf-8")

    assert f"```json\n{path.read_text(encoding='utf-8').strip()}\n```" in page


CHANNELS = {"WhatsApp": "whatsapp", "RCS": "rcs", "AlimTalk": "kakao"}


def test_the_page_says_who_carries_what():
    page = (ROOT / "docs/content.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("|")
    ]
    heads = [head.replace("`", "").split() for head in rows[0][2:]]
    with (ROOT / "seeds/reference/content_support.csv").open(encoding="utf-8") as file:
        known = {
            (row["destination"], row["channel"], row["content_kind"])
            for row in csv.DictReader(file)
        }

    for row in rows[2:]:
        kind = row[0].strip("`")
        for (destination, *channel), said in zip(heads, row[2:], strict=True):
            by = CHANNELS[channel[0]] if channel else DESTINATIONS[destination]
            carried = {
                (destination, one, kind) for one in ([by] if channel else by.carries)
            }
            assert bool(said) == bool(known & carried), (destination, kind)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples_link_to_nobody(path):
    links = [word for word in path.read_text().split('"') if "://" in word]

    assert all("https://example.com/" in link for link in links)


def test_values_are_filled_in_wherever_a_text_is():
    cards = [{"title": "For {first_name}", "buttons": [{"url": "https://x/{offer}"}]}]

    filled = Content("carousel", {"text": "{offer}", "cards": cards}).filled(VALUES)

    assert filled.body == {
        "text": "10%",
        "cards": [{"title": "For Ana", "buttons": [{"url": "https://x/10%"}]}],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_missing_is_named(kind):
    [path] = [path for path in FILES if path.stem == f"example_{kind}"]
    whole = json.loads(path.read_text())
    for name in KINDS[kind]:
        broken = {key: value for key, value in whole.items() if key != name}

        with pytest.raises(ValueError, match=rf"{kind}\.{name}"):
            Content.parse(json.dumps(broken))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        "{}",
        '{"kind": "lottery"}',
        '{"kind": ["text"]}',
        '{"kind": "text", "text": " "}',
        '{"kind": "text", "text": 7}',
        '{"kind": "image", "url": "http://example.com/a.png"}',
        '{"kind": "audio", "url": "https://example.com/a", "seconds": 0}',
        '{"kind": "audio", "url": "https://example.com/a", "seconds": true}',
        '{"kind": "buttons", "text": "a", "buttons": []}',
        '{"kind": "buttons", "text": "a", "buttons": ["b"]}',
    ],
)
def test_a_broken_file_stops_the_run_before_anything_is_sent(tmp_path, text):
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text(text)

    with pytest.raises(ConfigError, match=r"mine\.json"):
        load_contents(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"content": "gone", "content_kind": "text"}, "content_not_supported"),
        ({"content": "it", "content_kind": "image"}, "content_not_supported"),
        ({"content": None, "free_text": " "}, "template_params_invalid"),
        ({"content": None, "free_text": None}, "template_params_invalid"),
    ],
)
def test_a_row_without_its_message_is_refused(changes, reason):
    contents = {"it": Content("text", {"text": "Hi"})}

    with pytest.raises(RowError) as caught:
        content_of(contents, replace(MESSAGE, **changes), VALUES)

    assert caught.value.reason_code == reason


def test_no_text_shows_in_a_repr():
    assert "Hi" not in repr(Content("text", {"text": "Hi"}))
