"""A template catalogue with every status, as Meta lists it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync.demo.world import (
    OTHER_WABA,
    TWILIO,
    TWILIO_OFFER,
    WABA,
    World,
    instant,
    template_id,
)

if TYPE_CHECKING:
    from datetime import datetime

STATUSES = (
    "REJECTED",
    "DISABLED",
    "IN_APPEAL",
    "FLAGGED",
    "LOCKED",
    "LIMIT_EXCEEDED",
    "DELETED",
    "PENDING_DELETION",
    "ARCHIVED",
    "UNARCHIVED",
    "REINSTATED",
)
NEW_YEAR = "winback_new_year"
GREETINGS = {
    "en": "Hi {{1}}, we miss you. Here is {{2}} off your next order.",
    "pt_BR": "Oi {{1}}, sentimos sua falta. Aqui estão {{2}} de desconto.",
    "es": "Hola {{1}}, te echamos de menos. Aquí tienes {{2}} de descuento.",
    "de": "Hallo {{1}}, wir vermissen dich. Hier sind {{2}} Rabatt.",
    "fr": "Bonjour {{1}}, vous nous manquez. Voici {{2}} de remise.",
    "id": "Halo {{1}}, kami rindu. Ini diskon {{2}} untukmu.",
    "it": "Ciao {{1}}, ci manchi. Ecco {{2}} di sconto.",
    "nl": "Hoi {{1}}, we missen je. Hier is {{2}} korting.",
    "ja": "{{1}}さん、お久しぶりです。{{2}}の割引です。",
    "zh_CN": "{{1}}，好久不见。送你{{2}}优惠。",
    "vi": "[QC] Chào {{1}}, lâu rồi không gặp. Tặng bạn {{2}} cho đơn hàng tới.",
}
# Where a law wants a label, it stands first.
HEADERS = {"vi": "[QC] Lâu rồi không gặp"}


def template(
    name: str,
    language: str,
    text: str,
    *,
    category: str = "MARKETING",
    status: str = "APPROVED",
    **more: Any,
) -> dict[str, Any]:
    """Build one template; `more` may hold named examples, buttons and other fields."""
    component: dict[str, Any] = {"type": "BODY", "text": text}
    if names := more.pop("names", ()):
        component["example"] = {
            "body_text_named_params": [
                {"param_name": each, "example": "x"} for each in names
            ]
        }
    components = [*more.pop("before", ()), component]
    if buttons := more.pop("buttons", ()):
        components.append({"type": "BUTTONS", "buttons": list(buttons)})
    return {
        "id": str(template_id(name, language)),
        "name": name,
        "language": language,
        "category": category,
        "status": status,
        "parameter_format": "NAMED" if names else "POSITIONAL",
        "components": components,
        "quality_score": {"score": "GREEN"},
    } | more


def _header(language: str) -> dict[str, Any]:
    text = HEADERS.get(language, "Long time no see")
    return {"type": "HEADER", "format": "TEXT", "text": text}


def awaited() -> dict[str, Any]:
    """Build the template that a campaign yet to start still waits for."""
    return template(NEW_YEAR, "pt_BR", GREETINGS["pt_BR"], status="PENDING")


def catalogue() -> list[dict[str, Any]]:
    """List every template of the main account."""
    link = {"type": "URL", "text": "Shop", "url": "https://shop.example/{{1}}"}
    update = "Hi {{first_name}}, your order {{order_id}} is on its way."
    named = ("first_name", "order_id")
    hello = "Hi {{1}}, spring is here."
    return [
        *(
            template(
                "winback_offer", each, text, before=(_header(each),), buttons=(link,)
            )
            for each, text in GREETINGS.items()
        ),
        template("delivery_update", "en", update, category="UTILITY", names=named),
        template(
            "delivery_update",
            "es",
            "Hola {{first_name}}, tu pedido {{order_id}} va en camino.",
            category="MARKETING",
            previous_category="UTILITY",
            names=named,
        ),
        template(
            "login_code",
            "en",
            "{{1}} is your code.",
            category="AUTHENTICATION",
            buttons=({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"},),
        ),
        # One language waits, Dutch was forgotten.
        *(
            template(NEW_YEAR, each, text)
            for each, text in GREETINGS.items()
            if each not in {"pt_BR", "nl"}
        ),
        awaited(),
        template("thank_you", "en", "Thank you, {{1}}. See you soon."),
        template("spring_sale", "en", hello, status="PENDING"),
        template("paused_promo", "en", hello, status="PAUSED"),
        template("old_promo", "en", hello, category="UTILITY"),
        template("three_params_promo", "en", "Hi {{1}}: {{2}}, {{3}}."),
        *(
            template(f"{status.lower()}_promo", "en", hello, status=status)
            for status in STATUSES
        ),
    ]


def content() -> dict[str, Any]:
    """Build Twilio's content of the offer, as ContentAndApprovals lists it."""
    return {
        "sid": TWILIO_OFFER,
        "account_sid": TWILIO,
        "friendly_name": "winback_offer",
        "language": "en",
        "variables": {"1": "Ana", "2": "10%"},
        "types": {"twilio/text": {"body": GREETINGS["en"]}},
        "approval_requests": {
            "name": "winback_offer",
            "category": "MARKETING",
            "content_type": "twilio/text",
            "status": "approved",
            "rejection_reason": "",
            "allow_category_change": True,
        },
    }


def fill(world: World) -> None:
    """Add the catalogue as it was fetched just now, and once before."""
    world.add(
        "raw_templates",
        fetched_at=instant(world.ago(days=9)),
        provider="meta",
        account_id=WABA,
        payload=json.dumps(awaited(), ensure_ascii=False),
    )
    world.add(
        "raw_templates",
        fetched_at=instant(world.ago(minutes=5)),
        provider="twilio",
        account_id=TWILIO,
        payload=json.dumps(content(), ensure_ascii=False),
    )
    fetches: list[tuple[str, datetime]] = [
        (WABA, world.ago(days=3)),
        (WABA, world.ago(minutes=5)),
        (OTHER_WABA, world.ago(days=3)),
    ]
    for account, fetched_at in fetches:
        for each in catalogue():
            older = world.now - fetched_at > timedelta(days=1)
            seen = each | {"status": "PENDING"} if older else each
            if account == OTHER_WABA:
                seen = each
            world.add(
                "raw_templates",
                fetched_at=instant(fetched_at),
                provider="meta",
                account_id=account,
                payload=json.dumps(seen, ensure_ascii=False),
            )
    world.add(
        "raw_templates",
        fetched_at=instant(world.ago(minutes=5)),
        provider="meta",
        account_id=WABA,
        payload='{"name": "torn',
    )
