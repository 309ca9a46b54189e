"""What customers and Meta told us: webhooks, in order and out of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync.demo import meta
from sync.demo.world import MAIN_NUMBER, SUPPORT_NUMBER, World

if TYPE_CHECKING:
    from sync.demo.people import Person

KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
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
    (
        "interactive",
        {
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "size-m", "title": "Medium"},
            }
        },
    ),
    # Came from an advertisement.
    (
        "text",
        {
            "text": {"body": "Is this still available?"},
            "referral": {
                "source_url": "https://fb.example/ad",
                "source_id": "120210000000000001",
                "source_type": "ad",
                "headline": "Autumn",
                "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ",
            },
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
    _news(world)
    _junk(world)


def _conversations(world: World, crowd: list[Person]) -> None:
    for index, person in enumerate(crowd[::4]):
        draw = world.chance("chat", person.customer_id)
        kind, content = KINDS[index % len(KINDS)]
        when = world.ago(hours=draw.uniform(0.5, 70))
        number = SUPPORT_NUMBER if index % 2 else MAIN_NUMBER
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
    # Two entries in one call: ours, and that of another account.
    person = crowd[-1]
    when = world.ago(hours=30)
    ours = meta.status("wamid.BATCH-1", "delivered", when, person.phone)
    theirs = meta.status("wamid.BATCH-2", "sent", when, person.phone, number="1")
    two = meta.batch(meta.body(ours), meta.body(theirs, waba="waba-3003"))
    world.webhook(two, when)


def _news(world: World) -> None:
    when = world.ago(days=2)
    world.webhook(meta.body(meta.template_status("spring_sale", "en", "PENDING")), when)
    world.webhook(
        meta.body(meta.template_status("paused_promo", "en_US", "PAUSED", "QUALITY")),
        when,
    )
    world.webhook(
        meta.body(
            meta.template_category("delivery_update", "es", "UTILITY", "MARKETING")
        ),
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
