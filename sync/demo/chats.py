"""What customers and Meta told us: webhooks, in order and out of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync.demo import meta, people
from sync.demo.people import contact, customer, grant, make
from sync.demo.world import SUPPORT_NUMBER, World, instant

if TYPE_CHECKING:
    from sync.demo.people import Person

KINDS = (
    ("text", {}),
    ("button", {"button": {"payload": "MORE", "text": "Tell me more"}}),
    (
        "interactive",
        {
            "interactive": {
                "type": "button_reply",
                "button_reply": {"id": "yes", "title": "Yes"},
            }
        },
    ),
    ("image", {"image": {"id": "1", "mime_type": "image/jpeg"}}),
    ("reaction", {"reaction": {"message_id": "wamid.X", "emoji": "👍"}}),
    ("system", {"system": {"type": "user_changed_number", "body": "moved"}}),
    ("unsupported", {"errors": [{"code": 131051, "title": "Unsupported"}]}),
)


def fill(world: World, crowd: list[Person]) -> None:
    """Add conversations, statuses, news of templates and what nobody can read."""
    _conversations(world, crowd)
    _statuses(world, crowd)
    _user_ids(world)
    _news(world)
    _junk(world)


def _conversations(world: World, crowd: list[Person]) -> None:
    for index, person in enumerate(crowd[::4]):
        draw = world.chance("chat", person.customer_id)
        kind, content = KINDS[index % len(KINDS)]
        when = world.ago(hours=draw.uniform(0.5, 70))
        number = SUPPORT_NUMBER if index % 2 else meta.MAIN_NUMBER
        change = meta.message(
            f"wamid.IN-{person.customer_id}",
            when,
            phone=person.phone,
            number=number,
            kind=kind,
            content=content,
        )
        world.webhook(meta.body(change), when + timedelta(seconds=2))
        if index % 5 == 0:
            # Delivered again, minutes later.
            world.webhook(meta.body(change), when + timedelta(minutes=7))
    edge = (
        ("edge-24h", world.ago(hours=24)),
        ("edge-23h59", world.now - timedelta(hours=23, minutes=59, seconds=59)),
    )
    for name, when in edge:
        person = make(world, f"demo-{name}", "GB")
        customer(world, person)
        contact(world, person)
        change = meta.message(f"wamid.{name}", when, phone=person.phone)
        world.webhook(meta.body(change), when)


def _statuses(world: World, crowd: list[Person]) -> None:
    for index, person in enumerate(crowd[1::6]):
        sent = world.ago(days=30 + index)
        wamid = f"wamid.OUT-{person.customer_id}"
        words = ("read", "delivered", "sent") if index % 3 else ("sent", "delivered")
        changes = [
            meta.status(wamid, word, sent + timedelta(seconds=order), person.phone)
            for order, word in enumerate(words)
        ]
        # Several in one call, and not in their order.
        world.webhook(meta.body(*changes), sent + timedelta(minutes=1))
    for person, code in zip(crowd[3::40], (131026, 131049, 131050), strict=False):
        when = world.ago(days=12)
        failed = meta.status(
            f"wamid.FAIL-{person.customer_id}", "failed", when, person.phone, code=code
        )
        world.webhook(meta.body(failed), when)


def _user_ids(world: World) -> None:
    """Customers whom WhatsApp shows by a user id, with and without a phone."""
    hidden = make(world, "demo-bsuid-only", "GB")
    customer(world, hidden)
    people.orders(world, hidden, gap=30, count=8, last=220)
    contact(world, hidden, address="GB.1349DEMOHIDDEN")
    grant(world, hidden)
    when = world.ago(hours=2)
    change = meta.message("wamid.HIDDEN", when, user_id="GB.1349DEMOHIDDEN")
    world.webhook(meta.body(change), when)

    known = make(world, "demo-bsuid-known", "GB")
    customer(world, known)
    contact(world, known)
    both = meta.message(
        "wamid.BOTH",
        world.ago(days=20),
        phone=known.phone,
        user_id="GB.1349DEMOKNOWN",
    )
    world.webhook(meta.body(both), world.ago(days=20))
    later = meta.message("wamid.LATER", world.ago(hours=3), user_id="GB.1349DEMOKNOWN")
    world.webhook(meta.body(later), world.ago(hours=3))


def _news(world: World) -> None:
    when = world.ago(days=2)
    world.webhook(meta.body(meta.template_status("spring_sale", "en", "PENDING")), when)
    world.webhook(
        meta.body(meta.template_status("paused_promo", "en_US", "PAUSED", "QUALITY")), when
    )
    world.webhook(
        meta.body(meta.template_category("delivery_update", "es", "UTILITY", "MARKETING")),
        when,
    )
    quality = meta.other(
        "message_template_quality_update",
        previous_quality_score="GREEN",
        new_quality_score="YELLOW",
        message_template_name="winback_offer",
        message_template_language="en",
    )
    account = meta.other("account_update", event="ACCOUNT_VIOLATION")
    number = meta.other(
        "phone_number_quality_update",
        display_phone_number=meta.DISPLAY_NUMBER,
        event="THROUGHPUT_UPGRADE",
        current_limit="TIER_100K",
    )
    world.webhook(meta.body(quality, account, number), when)


def _junk(world: World) -> None:
    when = world.ago(hours=5)
    world.webhook('{"object": "whatsapp_business_account", "entry": [', when)
    world.webhook({"hello": "world"}, when)
    world.webhook(meta.body(meta.other("messages", messages=[{"type": "text"}])), when)
    world.webhook(meta.body(meta.other("messages", messages={"id": "no list"})), when)


def others(world: World) -> None:
    """Add a few calls of channels and providers that are not connected yet."""
    when = world.ago(hours=7)
    milliseconds = int(when.timestamp() * 1000)
    follow = {
        "type": "follow",
        "mode": "active",
        "timestamp": milliseconds,
        "source": {"type": "user", "userId": "U4af4980629"},
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
        "follow": {"isUnblocked": False},
    }
    world.webhook({"destination": "xxxxxxxxxx", "events": [follow]}, when, "line")
    added = {"event": "added", "id": "65bd1d22", "id_type": "app_user_id"}
    world.webhook(added, when, "kakao")
    subscribe = (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]>"
        f"</FromUserName><CreateTime>{int(when.timestamp())}</CreateTime><MsgType>"
        "<![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event></xml>"
    )
    world.webhook(subscribe, when, "wechat")
    rcs = {
        "senderPhoneNumber": "+12125550101",
        "messageId": "MxO2xq",
        "sendTime": instant(when),
        "text": "STOP",
        "agentId": "agent@rbm.goog",
    }
    world.webhook(rcs, when, "rcs")
    world.add(
        "raw_provider_webhooks",
        provider="twilio",
        received_at=instant(when),
        payload="MessageSid=SM1&MessageStatus=delivered&To=whatsapp%3A%2B447400000000",
        sender_id="",
    )
