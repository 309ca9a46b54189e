from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import count
from urllib.parse import unquote_plus

import pytest
from driving import MESSAGE, ROOT, cases

from sync.destinations import DESTINATIONS, RowError
from sync.destinations.contents import (
    CARD,
    FOLDER,
    KEYWORDS,
    KINDS,
    LINK,
    TEXT,
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


@pytest.fixture
def folder(tmp_path):
    """A project with our stop words, but for `halt`, and `not now` beside them."""
    for name in KEYWORDS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with (tmp_path / KEYWORDS[1]).open("a", encoding="utf-8") as file:
        file.write("en,not now,exact,withdraw,P,2026-11-23,project,true,,\n")
        file.write("en,halt,exact,withdraw,P,2026-11-23,project,FALSE,,\n")
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def write_reply(folder, title, payload):
    reply = {"title": title, "payload": payload}
    body = {"kind": "quick_replies", "text": "Hi", "replies": [reply]}
    (folder / FOLDER / "mine.json").write_text(json.dumps(body))


@pytest.mark.parametrize(
    ("title", "payload"),
    [("No more", "stop"), ("No more", "\uff33top!"), ("Later", "Not now")],
)
def test_a_stop_nobody_would_hear_is_refused(folder, title, payload):
    write_reply(folder, title, payload)

    with pytest.raises(ConfigError, match=r"mine\.json.*no stop word"):
        load_contents(folder)


@pytest.mark.parametrize(
    ("title", "payload"),
    [
        ("Stop", "stop"),
        ("Désabonner", "STOP"),
        ("Not now!", "stop"),
        ("No more", "less"),
        ("No more", "halt"),
    ],
)
def test_a_stop_by_any_word_we_know_is_taken(folder, title, payload):
    write_reply(folder, title, payload)

    assert "mine" in load_contents(folder)


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


# ---------- what every adapter makes of a content

CASES = {case.kind.name: case for case in cases() if getattr(case.kind, "carries", ())}
SAID = [
    pytest.param(name, channel, kind, id=f"{name} {channel} {kind}")
    for name, case in CASES.items()
    for channel, kinds in case.kind.carries.items()
    for kind in sorted(kinds)
]
FILES_SAID = [one for one in SAID if one.values[2] in ("image", "audio", "video")]
LINKS_SAID = [one for one in SAID if repr(LINK) in repr(KINDS[one.values[2]])]
# Beside cards only some have a place for it, as docs/content.md says.
WITHOUT_A_PLACE = {
    (name, "carousel", "text") for name in ("rcs", "kakao_brand", "infobip rcs")
}


def example(shape, link="https://example.com/a", words=None):
    """Make a content of its shape, in which no two texts are the same."""
    words = words or (f"Word{number}." for number in count())
    if isinstance(shape, dict):
        return {name: example(one, link, words) for name, one in shape.items()}
    if isinstance(shape, list):
        return [example(shape[0], link, words) for _ in range(1 + (shape == [CARD]))]
    return {TEXT: next(words), LINK: link, int: 7}[shape]


def content(name, kind, link="https://example.com/a"):
    """Make a content with no more than this adapter needs."""
    body = example(KINDS[kind], link)
    # Kakao shows no picture without words.
    needs_words = (name, kind) == ("kakao_brand", "image")
    return body | {"text": "Words"} if needs_words else body


def texts_of(body, at=""):
    """Yield each text somebody would read, and where it is."""
    for name, value in body.items():
        if isinstance(value, list):
            for item in value:
                yield from texts_of(item, f"{name}.")
        elif name in ("text", "title", "description", "button"):
            yield at + name, value


def said(name, channel, kind, body, first_name="Ana"):
    """Say `body` by an adapter; give the request's bytes as text."""
    case = CASES[name]
    is_alimtalk = (name, channel) == ("infobip", "kakao")
    ours = {} if channel == case.row.channel else {"provider_account": "acme"}
    theirs = {"address": "U" + "0a" * 16} if channel == "line" else {}
    row = replace(
        case.row,
        channel=channel,
        message_type="message",
        free_text=None,
        template_name="T1" if is_alimtalk else None,
        content="mine",
        content_kind=kind,
        variables=json.dumps({"first_name": first_name}),
        **ours,
        **theirs,
    )
    made = replace(
        case.destination("http://127.0.0.1:1"), contents={"mine": Content(kind, body)}
    )
    return unquote_plus(made.request([row]).content.decode())


@pytest.mark.parametrize(("name", "channel", "kind"), SAID)
def test_every_text_of_a_content_is_sent(name, channel, kind):
    body = content(name, kind)
    own = f"{name} {channel}" if name == "infobip" else name

    sent = said(name, channel, kind, body)

    missing = {place for place, text in texts_of(body) if text not in sent}
    assert {(own, kind, place) for place in missing} <= WITHOUT_A_PLACE


@pytest.mark.parametrize(("name", "channel", "kind"), FILES_SAID)
def test_words_beside_a_file_are_sent_or_the_row_is_refused(name, channel, kind):
    body = content(name, kind) | {"text": "Sale! Reply STOP to end"}

    try:
        sent, reason = said(name, channel, kind, body), None
    except RowError as error:
        sent, reason = "", error.reason_code

    assert body["text"] in sent or reason == "content_not_supported"


@pytest.mark.parametrize("name", ["whatsapp", "vonage", "infobip"])
@pytest.mark.parametrize("kind", ["image", "video"])
def test_whatsapp_shows_words_beside_a_file(name, kind):
    body = content(name, kind) | {"text": "Sale! Reply STOP to end"}

    assert '"caption":"Sale! Reply STOP to end"' in said(name, "whatsapp", kind, body)

    with pytest.raises(RowError):
        said(name, "whatsapp", kind, body | {"text": "x" * 1025})


@pytest.mark.parametrize(("name", "channel", "kind"), LINKS_SAID)
def test_a_name_with_a_space_makes_no_link(name, channel, kind):
    body = content(name, kind, "https://example.com/?n={first_name}")

    assert "n=Ana" in said(name, channel, kind, body)
    with pytest.raises(RowError) as caught:
        said(name, channel, kind, body, "Ann Lee")

    assert caught.value.reason_code == "template_params_invalid"


def test_no_text_shows_in_a_repr():
    assert "Hi" not in repr(Content("text", {"text": "Hi"}))
