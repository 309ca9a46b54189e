"""What is unknown, looked up in the lists of the providers that have one."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from sync import lists
from sync.destinations.http import rate_wait, whole_number
from sync.errors import ConfigError
from sync.lists import IncompleteError
from sync.log import say
from sync.lookups import LOOKUPS
from sync.masking import keyed_hash, spellings
from sync.messages import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from sync.desk import Desk
    from sync.lookups.base import Listed, Lookup, Lost, Page

# Between our clock and the provider's.
CLOCKS_APART = timedelta(minutes=2)
# So old a message must be that a list without it settles it, where a team says that one
# does; not set is never.
ABSENT_HOURS = "OTT_RECONCILE_ABSENT_HOURS"
LONGEST_HOURS = 8760

Fate = Literal["absent", "several"]


@dataclass(slots=True)
class Answers:
    """
    What the lists said.

    Attributes:
        found: Keys of messages that were taken, with the provider's id.
        absent: Keys that a team's setting calls not sent.
        fates: Of the others, by key: not in the list, or one of several there.
    """

    found: list[tuple[str, Outcome]] = field(default_factory=list)
    absent: list[tuple[str, Outcome]] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)


@dataclass(slots=True)
class _Search:
    """One destination's lost messages, and what a list has for each."""

    hash_key: bytes = field(repr=False)
    known: set[str]
    lost: dict[str, Lost]
    matches: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    unread: set[str] = field(default_factory=set)

    def look(self, whom: Sequence[Lost], messages: Sequence[Listed]) -> None:
        """Keep of `messages` those that may be one of `whom`."""
        by_address = defaultdict(list)
        for one in whom:
            by_address[one.address_hash].append(one)
        for message in messages:
            if message.message_id in self.known:
                continue
            theirs = {
                one.delivery_key
                for form in spellings(message.address)
                for one in by_address.get(keyed_hash(self.hash_key, form), ())
                if _may_be(one, message)
            }
            for delivery_key in theirs:
                self.matches[delivery_key].add(message.message_id)
            if message.delivery_key in self.lost and not theirs:
                # What stands under our own key is not absent, whoever it names.
                self.unread.add(message.delivery_key)

    def judge(self, absent_before: dict[str, bool]) -> Answers:
        """Say of each message what the list proves."""
        answers = Answers()
        claimed = [id_ for found in self.matches.values() for id_ in found]
        for key in self.lost:
            ids = self.matches[key]
            if key in self.unread:
                continue
            if len(ids) == 1 and claimed.count(*ids) == 1:
                [id_] = ids
                outcome = Outcome("accepted", "reconciled_sent", None, id_)
                answers.found.append((key, outcome))
            elif ids:
                answers.fates[key] = "several"
            elif absent_before[key]:
                outcome = Outcome("refused", "reconciled_not_sent")
                answers.absent.append((key, outcome))
            else:
                answers.fates[key] = "absent"
        return answers


def _may_be(one: Lost, message: Listed) -> bool:
    """Whether a listed message to the same address can be the lost one."""
    if message.delivery_key is not None:
        return message.delivery_key == one.delivery_key
    if message.channel != one.channel or message.at is None:
        return False
    return one.began - CLOCKS_APART <= message.at <= one.ended + CLOCKS_APART


def ask(at: Desk) -> Answers:
    """
    Ask each provider that has a list, and whose messages are unknown.

    A provider that is not set up, is busy or refuses is told of in a line; what it may
    have settled stays unknown.

    Raises:
        ConfigError: OTT_RECONCILE_ABSENT_HOURS is no number of hours.
    """
    hours = whole_number(at.config.env, ABSENT_HOURS, (1, LONGEST_HOURS))
    all_answers = Answers()
    for name, kind in LOOKUPS.items():
        if not (lost := at.ledger.recent.lost(name)):
            continue
        try:
            lookup = kind.from_env(at.config.env)
        except ConfigError as error:
            say(f"{name}: its list is not asked. {error}")
            continue
        answers = _ask(at, name, lookup, lost, hours)
        all_answers.found += answers.found
        all_answers.absent += answers.absent
        all_answers.fates |= answers.fates
    return all_answers


def _ask(
    at: Desk, name: str, lookup: Lookup, lost: Sequence[Lost], hours: int | None
) -> Answers:
    questions = lookup.questions(lost)
    asked = {one.delivery_key: one for whom in questions.values() for one in whom}
    search = _Search(at.ledger.hash_key, at.ledger.recent.message_ids(name), asked)
    with lists.client() as http:
        for question, whom in questions.items():
            try:
                for page in lists.pages(partial(_page, http, lookup, question)):
                    search.look(whom, page.messages)
            except IncompleteError as error:
                say(f"{name}: {error}")
                search.unread.update(one.delivery_key for one in whom)
    now = at.clock.now()
    old = {
        key: hours is not None
        and one.address_hash is not None
        and one.ended <= now - timedelta(hours=hours)
        and one.began > now - timedelta(hours=lookup.kept_hours)
        for key, one in asked.items()
    }
    return search.judge(old)


def _page(http: httpx.Client, lookup: Lookup, question: str, following: str) -> Page:
    """Ask for a page; again where the provider is busy."""
    code, named = "no answer", None
    for tries in range(lists.TRIES):
        if tries:
            time.sleep(lists.pause(named, tries))
        response = lists.send(http, lookup.request(question, following))
        named = None
        if response is None:
            continue
        if (page := lookup.read(response)) is not None:
            return page
        code = str(response.status_code)
        if response.is_client_error and code != "429":
            break
        named = rate_wait(response)
    raise IncompleteError(
        f"Its list cannot be read ({code}). What it has stays unknown."
    )
