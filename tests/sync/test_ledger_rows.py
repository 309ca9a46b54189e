"""What providers answer does the ledger no harm, and what never left is no try."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest
from aiohttp import web
from sync_project import Project, Provider, key, now, people, row

from sync.ledger import Ledger
from sync.ledger_batch import NEVER_LEFT
from sync.ledger_claims import KEPT
from sync.messages import Outcome, WhatsAppRow
from sync.outcomes import UNREACHABLE


class Odd(Provider):
    """Its first message has an id that no text can hold."""

    ending = "\\ud800"

    async def _message(self, request):
        body = await request.json()
        self.seen.append(body["biz_opaque_callback_data"])
        ending = self.ending if len(self.seen) == 1 else len(self.seen)
        text = (
            f'{{"messaging_product":"whatsapp","messages":[{{"id":"wamid.{ending}"}}]}}'
        )
        return web.Response(text=text, content_type="application/json")


@pytest.mark.parametrize("ending", ["\\ud800", "\\u0000"], ids=["surrogate", "null"])
def test_an_id_that_no_text_can_hold_does_the_ledger_no_harm(tmp_path, ending):
    provider = Odd()
    provider.ending = ending
    project = Project(tmp_path / "project", provider)
    project.build(people(3))

    done = project.send("--in-flight", "1")
    later = [project.ott(*words) for words in (["status"], ["reconcile"])]
    provider.close()

    assert done.returncode == 0, done.err
    assert done.summary["outcomes"] == {"accepted": 3}
    assert [one.returncode for one in later] == [0, 0]
    ids = "select provider_message_id from raw.raw_delivery_events"
    assert ("wamid.\N{REPLACEMENT CHARACTER}",) in project.sql(ids)


@pytest.fixture
def tried(tmp_path):
    """Claim and settle a row so many times by one reason; tell the last verdict."""
    with closing(Ledger(tmp_path / "ledger.sqlite", "key")) as ledger:
        nights = (now() + timedelta(hours=hour) for hour in count())

        def tried(reason, times):
            message = WhatsAppRow(*row(1))
            for _ in range(times):
                when = next(nights)
                with ledger.transaction():
                    [verdict] = ledger.deliveries.claim([message], "run", when, {})
                    settled = Outcome("deferred", reason, retry_at=when)
                    ledger.deliveries.record([(key(1), settled)], when)
            return verdict.kind

        yield tried


@pytest.mark.parametrize("reason", ["provider_unreachable", "run_halted"])
def test_a_message_that_never_left_is_never_given_up(tried, reason):
    assert tried(reason, 7) == "claimed"


def test_a_message_a_provider_puts_off_is_tried_three_times(tried):
    assert tried("rate_limited", 3) == "claimed"
    assert tried("rate_limited", 1) == "known"


def test_what_never_left_has_the_reason_that_a_run_writes():
    assert UNREACHABLE.reason_code in NEVER_LEFT


@pytest.mark.parametrize(
    ("told", "state"),
    [
        pytest.param(Outcome("refused", "template_paused"), "unknown", id="of_before"),
        pytest.param(Outcome("refused", "reconciled_not_sent"), "refused", id="proven"),
        pytest.param(Outcome("accepted", "reconciled_sent"), "accepted", id="arrived"),
    ],
)
def test_only_what_was_reconciled_settles_what_a_lost_ledger_left_unknown(
    tmp_path, told, state
):
    given = WhatsAppRow(*row(1))
    values = {name: getattr(given, name) for name in (*KEPT, "decided_at")}
    values |= {"run_id": "lost", "attempt": 1}

    with closing(Ledger(tmp_path / "ledger.sqlite", "key")) as ledger:
        with ledger.transaction():
            for outcome in (Outcome("unknown", "answer_lost"), told):
                ledger.deliveries.adopt(values, now(), outcome, tell=False)
        kept = ledger._connection.execute("select state from deliveries").fetchall()

    assert [one["state"] for one in kept] == [state]
