from __future__ import annotations

import json
import math
import os
import random
import signal
import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sync_project import BODY, NAME, TOKEN, key, now, people, wait_until

from sync.classes import load_classes
from sync.destinations.base import Answer
from sync.ledger_claims import at
from sync.outcomes import decide

KILLS = int(os.environ.get("OTT_KILLS", "3"))


def test_a_lost_answer_is_unknown_and_never_resent(project):
    project.build(people(5))
    project.provider.answers[key(2)] = ["drop"]

    first, second = project.send(), project.send()
    project.build(people(5), build_id="build-2")
    third = project.send()

    assert first.returncode == 6
    assert first.summary["outcomes"] == {"accepted": 4, "unknown": 1}
    assert (second.summary["due"], third.summary["due"]) == (0, 0)
    assert project.provider.seen.count(key(2)) == 1


def test_a_refused_row_waits_for_a_later_decision(project):
    project.build(people(1), as_of=now() - timedelta(hours=1))
    project.provider.default = 131026

    first, again = project.send(), project.send()
    project.provider.default = None
    project.build(people(1), build_id="build-2")
    later = project.send()

    assert first.returncode == 6
    assert first.summary["outcomes"] == {"refused": 1}
    assert again.summary["due"] == 0
    assert later.summary["outcomes"] == {"accepted": 1}


def test_a_delivery_is_claimed_three_times_at_most(project):
    project.provider.default = 131026
    for night in range(5):
        as_of = now() - timedelta(hours=5 - night)
        project.build(people(1), build_id=f"build-{night}", as_of=as_of)
        project.send()

    assert len(project.provider.seen) == 3


def test_a_busy_provider_is_asked_again_under_the_same_claim(project):
    project.build(people(1))
    project.provider.answers[key(0)] = [130429]

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": 1}
    assert project.provider.seen == [key(0), key(0)]


def test_a_dead_account_stops_the_run(project):
    project.build(people(30))
    project.provider.default = 190

    done = project.send("--in-flight", "1")

    assert done.returncode == 5
    assert len(project.provider.seen) == 1
    assert done.summary["not_sent"] == 29


def test_a_paused_template_skips_the_rest_of_its_campaign(project):
    project.build([*people(3), {"number": 3, "template_name": "other"}])
    project.provider.answers[key(0)] = [132015]

    done = project.send("--in-flight", "1")

    assert done.summary["outcomes"] == {"accepted": 1, "refused": 1, "skipped": 2}
    assert done.summary["reasons"]["skipped: template_paused"] == 2


def test_a_stopped_sender_skips_its_rows_only(project):
    project.build([*people(3), {"number": 3, "sender_id": "wa_two"}])
    project.provider.answers[key(0)] = [131048]

    done = project.send("--in-flight", "1")

    assert done.returncode == 5
    assert done.summary["reasons"]["skipped: sender_restricted"] == 2
    assert key(3) in project.provider.seen


def test_nobody_gets_the_same_campaign_twice_by_one_address(project):
    project.build([{"number": 0}, {"number": 1, "address": "+6590000000"}])

    done = project.send("--in-flight", "1")

    assert done.summary["reasons"] == {"skipped: duplicate_address": 1}
    assert project.provider.seen == [key(0)]


def test_a_decision_that_did_not_know_the_last_message_is_skipped(project):
    as_of = now() - timedelta(minutes=1)
    two = [{"number": n, "customer_id": "c", "campaign_id": f"k{n}"} for n in range(2)]
    project.build(
        [one | {"address": f"+659000000{n}"} for n, one in enumerate(two)], as_of=as_of
    )

    done = project.send("--in-flight", "1")

    assert done.summary["reasons"] == {"skipped: decided_before_last_message": 1}


def test_a_message_written_back_after_the_build_began_holds_its_person_back(project):
    project.build(people(1), as_of=now() - timedelta(minutes=2))
    project.send()
    with sqlite3.connect(project.ledger) as ledger:
        ledger.execute(
            "update deliveries set state_at = ?", (at(now() - timedelta(hours=1)),)
        )
    other = {"number": 0, "delivery_key": key("other"), "campaign_id": "other"}
    project.build([other], build_id="build-2", as_of=now() - timedelta(minutes=1))

    done = project.send()

    assert done.summary["reasons"] == {"skipped: decided_before_last_message": 1}


def test_one_address_may_have_each_round_once(project):
    rows = [{"number": 0, "occurrence": "1"}]
    project.build(rows, as_of=now() - timedelta(days=1), build_id="build-1")
    project.send("--max-age", "30")
    other = {"customer_id": "merged", "purpose": "utility"}
    again = {"number": 0, "delivery_key": key("next"), "occurrence": "2", **other}
    project.build([again], build_id="build-2")

    next_round = project.send()
    same = {"number": 0, "delivery_key": key("twin"), "occurrence": "2"}
    project.build([same | {"purpose": "utility"}], build_id="build-3")
    same_round = project.send()

    assert next_round.summary["outcomes"] == {"accepted": 1}
    assert same_round.summary["reasons"] == {"skipped: duplicate_address": 1}


def test_writing_back_twice_is_writing_back_once(project):
    project.build(people(3))
    project.send()
    with sqlite3.connect(project.ledger) as ledger:
        ledger.execute("update events set written_at = null")

    project.ott("status")

    count = "select count(*), count(distinct delivery_event_id) from "
    assert project.sql(count + "raw.raw_delivery_events") == [(6, 3)]


def test_a_provider_that_cannot_be_reached_defers(project):
    project.build(people(2))

    done = project.send(OTT_WHATSAPP_BASE_URL="http://127.0.0.1:9/v25.0")

    assert done.summary["outcomes"] == {"deferred": 2}
    assert project.send().summary["due"] == 0


def test_many_lost_answers_stop_the_run(project):
    project.build(people(200))
    project.provider.default = "drop"

    done = project.send("--in-flight", "4", "--first-run")

    assert done.returncode == 4
    assert done.summary["outcomes"]["unknown"] <= 54


def test_the_account_adds_up(project):
    project.build(people(40))
    for n, code in enumerate([131026, "drop", 131047, 100]):
        project.provider.answers[key(n)] = [code]

    done = project.send().summary

    assert done["due"] == sum(done["outcomes"].values()) == 40
    assert done["not_sent"] == 0


def _kill_somewhere(project, pause):
    before = len(project.provider.seen)
    process = project.start("send", "whatsapp", "--first-run", "--in-flight", "16")
    wait_until(
        lambda: len(project.provider.seen) > before or process.poll() is not None
    )
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _assert_killing_is_safe(project, kills):
    moments = random.Random(kills)  # noqa: S311 - moments, not secrets.
    project.provider.delay = 0.02
    size = 150
    for kill in range(kills):
        rows = [{"number": 1000 * kill + n} for n in range(size)]
        unknown = sum(s == "unknown" for s in project.states().values()) if kill else 0
        project.build(rows, build_id=f"build-{kill}")
        # The first run cannot have ended before it is killed.
        project.provider.most = math.inf if kill else 40
        _kill_somewhere(project, moments.uniform(0, 0.2))
        project.provider.most = math.inf
        done = project.send("--allow-change", "--first-run", "--in-flight", "16")

        states = project.states()
        seen = project.provider.seen
        assert done.returncode in (0, 6), done.err
        assert len(seen) == len(set(seen))
        assert sum(s == "unknown" for s in states.values()) - unknown <= 16
        assert {states[key(one["number"])] for one in rows} <= {"accepted", "unknown"}
        accepted = {k for k, state in states.items() if state == "accepted"}
        assert accepted <= set(seen)
    # The kills did hit requests under way, or this test proves nothing.
    assert "unknown" in project.states().values()


def test_killing_a_run_sends_to_nobody_twice(project):
    _assert_killing_is_safe(project, KILLS)


@pytest.mark.long
def test_killing_twenty_runs_sends_to_nobody_twice(project):
    _assert_killing_is_safe(project, 20)


def test_nothing_private_is_printed_or_written(project, tmp_path):
    rows = people(12)
    rows[3] |= {"message_type": "free_text", "free_text": BODY}
    project.build(rows)
    for n, answer in enumerate([131026, "drop", 130472, None, 999999]):
        project.provider.answers[key(n)] = [answer] if answer else []
    project.ott("plan", "whatsapp")
    project.ott("stop", "--address-stdin", stdin="+6590000007\n")
    _kill_somewhere(project, 0.0)
    project.send()
    project.send("--max-age", "0")
    project.ott("status", "--json")
    project.ott("doctor")
    project.send(OTT_WHATSAPP_BASE_URL=f"not a url {TOKEN}")
    project.sql("alter table ott_sync.sync_whatsapp alter variables type varchar")
    project.sql("update ott_sync.sync_whatsapp set delivery_key = null")
    project.send()

    written = [
        path.read_bytes()
        for path in project.folder.rglob("*")
        if path.is_file() and path != project.file
    ]

    everything = b"\n".join([project.printed.encode(), *written])
    for secret in (TOKEN, "9000000", "659000", NAME, BODY):
        assert secret.encode() not in everything
    assert json.loads(project.ott("status", "--json").out)["unknown"]


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        pytest.param("meta", Answer("refused", "131000"), id="listed so"),
        pytest.param("meta", Answer("failed", "131099"), id="a failure nobody listed"),
        pytest.param("wechat", Answer("refused", "99999"), id="wechat, not listed"),
        pytest.param("kakao", Answer("refused", "-99999"), id="kakao, not listed"),
        pytest.param("sfmc", Answer("refused", "10006"), id="rows were not saved"),
    ],
)
def test_a_code_that_may_have_sent_is_unknown_and_never_tried_again(provider, answer):
    decision = decide(
        answer,
        load_classes(Path(__file__).parents[2]),
        provider,
        1,
        datetime(2026, 11, 18),  # noqa: DTZ001 - naive UTC.
    )

    assert decision.outcome.event == "unknown"
    assert decision.outcome.provider_code == answer.code
    assert decision.wait is None
