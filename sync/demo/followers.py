"""People on LINE, KakaoTalk, WeChat and RCS: who follows, who left, who wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync.demo import elsewhere, people
from sync.demo.people import address, customer, grant, make, reach
from sync.demo.world import SENDERS, World, instant

if TYPE_CHECKING:
    from datetime import datetime

    from sync.demo.people import Person

COUNTRY = {"line": "JP", "kakao": "KR", "wechat": "CN", "rcs": "CA"}
# Where some chose RCS though most are on WhatsApp: somebody is awake at every hour.
ALSO_RCS = ("GB", "DE", "IN", "AU")


def fill(world: World, crowd: list[Person]) -> None:
    """Let most of the crowd follow."""
    for person in crowd:
        _follow_some(world, person)


def cases(world: World) -> None:
    """Add people named after what stops them on their channel."""
    for channel in COUNTRY:
        _cases(world, channel)
    _closed(world)
    for country in ALSO_RCS:
        for number in (1, 2):
            name = f"c-rcs-{country.lower()}-{number}"
            _known_here(world, make(world, name, country), "rcs")


def here(world: World, person: Person, channel: str, when: datetime) -> None:
    """Let somebody follow, or show that their phone takes RCS."""
    user = address(world, person, channel)
    if channel == "line":
        elsewhere.line(world, user, "follow", when, follow={"isUnblocked": False})
    elif channel == "kakao":
        elsewhere.kakao(world, user, "added", when)
    elif channel == "wechat":
        elsewhere.wechat_event(world, user, "subscribe", when)
    elif channel == "rcs":
        number = f"{person.customer_id}-{instant(when)}".replace(" ", "T")
        safe = number.replace(":", "")
        told = {"eventType": "DELIVERED", "eventId": f"e-{safe}", "messageId": safe}
        elsewhere.rcs(world, user, told, when)


def left(world: World, person: Person, channel: str, when: datetime) -> None:
    """Let somebody leave."""
    user = address(world, person, channel)
    if channel == "line":
        elsewhere.line(world, user, "unfollow", when)
    elif channel == "kakao":
        elsewhere.kakao(world, user, "blocked", when)
    elif channel == "wechat":
        elsewhere.wechat_event(world, user, "unsubscribe", when)


def wrote(world: World, person: Person, when: datetime, text: str = "你好") -> None:
    """Let somebody write on WeChat, which opens its window."""
    elsewhere.wechat_text(world, address(world, person, "wechat"), text, when)


def _follow_some(world: World, person: Person) -> None:
    channel = person.channel
    if channel not in COUNTRY:
        return
    draw = world.chance("follows", person.customer_id)
    if draw.random() < 0.15:
        return
    days = draw.uniform(2, 25) if channel == "rcs" else draw.uniform(30, 700)
    here(world, person, channel, world.ago(days=days))
    if draw.random() < 0.1:
        left(world, person, channel, world.ago(days=draw.uniform(1, 20)))
    elif channel == "wechat" and draw.random() < 0.6:
        wrote(world, person, world.ago(hours=draw.uniform(1, 70)))


def _cases(world: World, channel: str) -> None:
    """On each channel: one who gets it, and one for each thing that is wrong."""
    _only_here(world, channel, "sendable")
    _only_here(world, channel, "consent-none", says_yes=False)
    person = _only_here(world, channel, "consent-withdrawn")
    about = {"channel": channel, "sender_id": SENDERS[channel]}
    people.consent(world, person, "withdraw", world.ago(days=9), **about)
    _only_here(world, channel, "address-missing", has_address=False)
    if channel == "rcs":
        _only_here(world, channel, "capability-unknown", follows=False)
        person = _only_here(world, channel, "platform-opt-out")
        told = {"eventType": "UNSUBSCRIBE", "eventId": f"e-{person.customer_id}"}
        elsewhere.rcs(world, person.phone, told, world.ago(days=4))
        # India's carriers take two promotions in four weeks from an agent.
        person = _only_here(world, channel, "cap-platform", country="IN")
        for days in (10, 12):
            when = world.ago(days=days)
            _had(world, person, f"offer-{days}", when, "rcs")
        return
    _only_here(world, channel, "relationship-missing", follows=False)
    person = _only_here(world, channel, "relationship-left")
    left(world, person, channel, world.ago(days=4))


def _closed(world: World) -> None:
    """WeChat alone has windows here, and counts what is written in them."""
    _only_here(world, "wechat", "window-closed", writes=False)
    person = _only_here(world, "wechat", "window-quota-used")
    for number in range(5):
        when = world.ago(hours=3) + timedelta(minutes=number)
        _had(world, person, f"answer-{number}", when, "wechat")


def _had(
    world: World,
    person: Person,
    campaign: str,
    when: datetime,
    channel: str,
) -> None:
    """Add a message that somebody had: an offer, or an answer inside a window."""
    world.add(
        "history",
        customer_id=person.customer_id,
        campaign_id=campaign,
        event="accepted",
        attempt=1,
        provider_code="",
        reason_code="",
        occurred_at=instant(when),
        channel=channel,
        sender_id=SENDERS[channel],
        purpose="service" if channel == "wechat" else "marketing",
    )


def _only_here(
    world: World,
    channel: str,
    name: str,
    country: str = "",
    **differs: bool,
) -> Person:
    """Add somebody named after what is wrong, whom we know on this channel alone."""
    person = make(world, f"demo-{channel}-{name}", country or COUNTRY[channel])
    _known_here(world, person, channel, **differs)
    return person


def _known_here(
    world: World,
    person: Person,
    channel: str,
    *,
    follows: bool = True,
    says_yes: bool = True,
    has_address: bool = True,
    writes: bool = True,
) -> None:
    """Add a lapsed buyer whom we know on this channel alone."""
    people.orders(world, person, gap=30, count=8, last=220)
    customer(world, person, preferred_channel=channel)
    if has_address:
        reach(world, person, channel)
    if says_yes:
        about = {"channel": channel, "sender_id": SENDERS[channel]}
        grant(world, person, **about)
    if follows:
        here(world, person, channel, world.ago(days=20))
    if channel == "wechat" and writes:
        wrote(world, person, world.ago(hours=5))
