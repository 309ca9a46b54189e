"""
Our requests against Meta's own description of its API, v23.0 of 2025-11-21.

As published it takes none of its own examples. Three mends let it: no `policy` of a
language, any index of a button, and no closed object that another extends. It knows no
`cta_url`, no `copy_code`, no user ids and nothing that comes back with a status: those
are compared with pywa alone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest
import yaml
from driving import ROOT
from openapi import Description, find
from provider_cases.whatsapp import ROW

from sync.destinations.contents import load_contents
from sync.destinations.whatsapp import WhatsAppDestination

NAME = "meta_business_messaging_v23.yaml"
FOLDER = "/{Version}/{Phone-Number-ID}/"
WHATSAPP = WhatsAppDestination("t", contents=load_contents(ROOT))
MARKETING = replace(WHATSAPP, product_policy="STRICT")
# What pywa and Meta's pages of 2026 say and this file does not; that the last goes with
# `marketing_messages` is not confirmed.
SINCE = {"parameter_name", "filename", "biz_opaque_callback_data"}
VALUES = json.dumps(
    {
        "first_name": "Ana",
        "offer": "10%",
        "path": "abc",
        "stop": "stop",
        "picture": "https://example.test/a.png",
        "paper": "https://example.test/a.pdf",
    }
)
TEMPLATES = {
    "positional": {},
    "named": {"parameter_format": "NAMED"},
    "text header": {"header_format": "TEXT", "header_parameter": "offer"},
    "image header": {"header_format": "IMAGE", "header_parameter": "picture"},
    "document header": {"header_format": "DOCUMENT", "header_parameter": "paper"},
    "buttons": {"button_parameters": "0:url:path,1:quick_reply:stop"},
}


def mended(node, *, is_base=False):
    if isinstance(node, list):
        return [mended(one, is_base=is_base) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {k: v for k, v in node.items() if k not in {"example", "examples"}}
    made = {k: mended(v, is_base=k == "allOf") for k, v in kept.items()}
    if is_base:
        made.pop("additionalProperties", None)
    if str(made.get("pattern", "")).startswith("^[2-6"):
        made["pattern"] = "^[0-9]$"
    return made


@cache
def described():
    found = yaml.load(find(NAME).read_text(encoding="utf-8"), yaml.CSafeLoader)
    schemas = mended(found["components"]["schemas"])
    schemas["LanguageObject"]["required"] = ["code"]
    return Description(found | {"components": {"schemas": schemas}})


def examples(call):
    content = described().found["paths"][FOLDER + call]["post"]["requestBody"][
        "content"
    ]
    return [one["value"] for one in content["application/json"]["examples"].values()]


def errors(call, body):
    return described().errors("post", FOLDER + call, without(body, SINCE))


def without(node, names):
    if isinstance(node, list):
        return [without(one, names) for one in node]
    if not isinstance(node, dict):
        return node
    return {k: without(v, names) for k, v in node.items() if k not in names}


def body_of(destination, row):
    request = destination.request([row])
    body = json.loads(request.content)
    return str(request.url).rpartition("/")[2], body


@pytest.mark.parametrize("call", ["messages", "marketing_messages"])
def test_the_mended_description_takes_most_of_its_own_examples(call):
    taken = [one for one in examples(call) if not errors(call, one)]

    assert len(taken) >= 0.4 * len(examples(call))


def test_the_mended_description_refuses_what_nobody_knows():
    _, body = body_of(WHATSAPP, ROW)

    assert errors("messages", body) == []
    assert errors("messages", body | {"nobody_knows": 1})
    assert errors("messages", body | {"template": {"name": "spring_sale"}})
    assert errors("messages", body | {"type": "text"})


@pytest.mark.parametrize("changes", TEMPLATES.values(), ids=TEMPLATES)
def test_meta_describes_our_templates(changes):
    row = replace(ROW, variables=VALUES, **changes)

    call, body = body_of(WHATSAPP, row)
    marketing_call, marketing_body = body_of(MARKETING, row)

    assert errors(call, body) == []
    assert errors(marketing_call, marketing_body) == []
    assert marketing_body["product_policy"] == "STRICT"


@pytest.mark.parametrize("kind", ["image", "audio", "video", "quick_replies", "list"])
def test_meta_describes_our_free_forms(kind):
    changes = {"content": f"example_{kind}", "content_kind": kind}
    row = replace(ROW, message_type="free_text", variables=VALUES, **changes)

    call, body = body_of(MARKETING, row)

    assert call == "messages", "only templates are marketing messages"
    assert errors(call, body) == []


def test_only_marketing_goes_as_a_marketing_message():
    call, body = body_of(MARKETING, replace(ROW, purpose="utility"))

    assert call == "messages"
    assert "product_policy" not in body
