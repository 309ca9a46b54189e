"""Our requests against those of pywa 4.5.0, a client we did not write."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest
from driving import ROOT
from pywa import WhatsApp
from pywa.types import Button, Section, SectionList, SectionRow, URLButton
from pywa.types import templates as t

from sync.destinations.contents import FOLDER, load_contents

BSUID = "US.13491208655302741918"
VARIABLES = json.dumps(
    {
        "first_name": "Ana",
        "offer": "10%",
        "path": "abc?x=1",
        "stop": "stop",
        "coupon": "SAVE20",
        "picture": "https://example.test/a.png",
        "clip": "https://example.test/a.mp4",
        "paper": "https://example.test/a.pdf",
    }
)


def said(request):
    """The request's URL and body, with what Meta takes in any case made the same."""
    body = json.loads(request.content)
    template = body.get("template", {})
    for component in template.get("components", []):
        component["type"] = component["type"].lower()
        if "sub_type" in component:
            component["sub_type"] = component["sub_type"].lower()
            component["index"] = str(component["index"])
    template.get("components", []).sort(key=lambda c: (c["type"], c.get("index", "")))
    return request.method, str(request.url), body


@pytest.fixture
def pywa_says():
    """A pywa client whose requests are kept instead of sent."""
    seen = []

    def keep(request):
        seen.append(request)
        sent = {"id": "wamid.1", "message_status": "accepted"}
        contact = {"input": "x", "wa_id": "6591234567", "user_id": BSUID}
        answer = {"messaging_product": "whatsapp"}
        return httpx.Response(
            200, json=answer | {"contacts": [contact]} | {"messages": [sent]}
        )

    def say(method, *args, **kwargs):
        with httpx.Client(transport=httpx.MockTransport(keep)) as session:
            client = WhatsApp("1065550001", "t", session=session, api_version="25.0")
            getattr(client, method)(*args, **kwargs, tracker="key-1")
        return said(seen[-1])

    return say


@pytest.mark.parametrize("address", ["+6591234567", BSUID], ids=["phone", "user id"])
@pytest.mark.parametrize(
    ("changes", "params"),
    [
        pytest.param({"body_parameters": ""}, [], id="no values"),
        pytest.param({}, [t.BodyText.params("Ana", "10%")], id="positional"),
        pytest.param(
            {"parameter_format": "NAMED"},
            [t.BodyText.params(first_name="Ana", offer="10%")],
            id="named",
        ),
        pytest.param(
            {"header_format": "TEXT", "header_parameter": "offer"},
            [t.HeaderText.params("10%"), t.BodyText.params("Ana", "10%")],
            id="text header",
        ),
        pytest.param(
            {
                "parameter_format": "NAMED",
                "header_format": "TEXT",
                "header_parameter": "offer",
                "body_parameters": "first_name",
            },
            [t.HeaderText.params(offer="10%"), t.BodyText.params(first_name="Ana")],
            id="named text header",
        ),
        pytest.param(
            {"header_format": "IMAGE", "header_parameter": "picture"},
            [
                t.HeaderImage.params(image="https://example.test/a.png"),
                t.BodyText.params("Ana", "10%"),
            ],
            id="image header",
        ),
        pytest.param(
            {"header_format": "VIDEO", "header_parameter": "clip"},
            [
                t.HeaderVideo.params(video="https://example.test/a.mp4"),
                t.BodyText.params("Ana", "10%"),
            ],
            id="video header",
        ),
        pytest.param(
            {"header_format": "DOCUMENT", "header_parameter": "paper"},
            [
                t.HeaderDocument.params(document="https://example.test/a.pdf"),
                t.BodyText.params("Ana", "10%"),
            ],
            id="document header",
        ),
        pytest.param(
            {"button_parameters": "0:url:path,1:quick_reply:stop,2:copy_code:coupon"},
            [
                t.BodyText.params("Ana", "10%"),
                t.URLButton.params(index=0, url_variable="abc?x=1"),
                t.QuickReplyButton.params(index=1, callback_data="stop"),
                t.CopyCodeButton.params(index=2, coupon_code="SAVE20"),
            ],
            id="buttons",
        ),
    ],
)
def test_a_template_is_said_as_pywa_says_it(  # noqa: PLR0913, PLR0917 - two parametrize, three fixtures
    whatsapp, row, pywa_says, address, changes, params
):
    kind = "bsuid" if address == BSUID else "phone"
    ours = row(address=address, address_type=kind, variables=VARIABLES, **changes)
    language = t.TemplateLanguage.PORTUGUESE_BR

    theirs = pywa_says("send_template", address, "spring_sale", language, params)

    assert said(whatsapp.request([ours])) == without_nothing(theirs)


@pytest.mark.parametrize("address", ["+6591234567", BSUID], ids=["phone", "user id"])
def test_text_is_said_as_pywa_says_it(whatsapp, text_row, pywa_says, address):
    kind = "bsuid" if address == BSUID else "phone"
    ours = replace(text_row, address=address, address_type=kind)

    theirs = pywa_says("send_message", address, text_row.free_text)

    assert said(whatsapp.request([ours])) == theirs


def text(found):
    return found["text"].format(first_name="Ana", offer="10%")


def url_button(found):
    [button] = found["buttons"]
    return URLButton(button["title"], button["url"])


def replies(found):
    return [Button(one["title"], one["payload"]) for one in found["replies"]]


def section_list(found):
    rows = [SectionRow(r["title"], r["id"], r["description"]) for r in found["rows"]]
    return SectionList(found["button"], [Section("", rows)])


# What pywa is called with for each kind, by the file's fields.
CONTENTS = {
    "image": ("send_image", lambda found: {"image": found["url"]}),
    "audio": ("send_audio", lambda found: {"audio": found["url"]}),
    "video": ("send_video", lambda found: {"video": found["url"]}),
    "buttons": (
        "send_message",
        lambda found: {"text": text(found), "buttons": url_button(found)},
    ),
    "quick_replies": (
        "send_message",
        lambda found: {"text": text(found), "buttons": replies(found)},
    ),
    "list": (
        "send_message",
        lambda found: {"text": text(found), "buttons": section_list(found)},
    ),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_content_is_said_as_pywa_says_it(whatsapp, text_row, pywa_says, kind):
    content = f"example_{kind}"
    ours = replace(text_row, content=content, content_kind=kind, variables=VARIABLES)
    found = json.loads((ROOT / FOLDER / f"{content}.json").read_text(encoding="utf-8"))
    method, words = CONTENTS[kind]

    theirs = pywa_says(method, text_row.address, **words(found))

    carrying = replace(whatsapp, contents=load_contents(ROOT))
    assert said(carrying.request([ours])) == plain(theirs)


def plain(request):
    """A list of one section needs no title, and nothing is nowhere else."""
    method, url, body = request
    for section in body.get("interactive", {}).get("action", {}).get("sections", []):
        section.pop("title", None)
    return method, url, body


def without_nothing(request):
    """An empty list of components means the same as none."""
    method, url, body = request
    if body["template"].get("components") == []:
        del body["template"]["components"]
    return method, url, body
