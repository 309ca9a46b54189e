"""
How fast messages arrive, by the clock of whoever gets them, over real HTTP.

Who looks at its clock late finds messages of two seconds in one: a second is counted
to the message in `test_parts.py`, on a clock of the test's.
"""

from __future__ import annotations

import json

import pytest
from sync_project import key, now, people, wait_until


def seconds(project):
    """Tell the time from the first person's message to the last one's."""
    first = {}
    for at, to in project.provider.arrived:
        first.setdefault(to, at)
    return max(first.values()) - min(first.values())


@pytest.mark.parametrize("rate", [pytest.param(7, marks=pytest.mark.long), 40])
def test_no_second_gets_more_than_the_senders_rate(project, rate):
    project.build(people(int(rate * 2.2), messages_per_second=rate))

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": int(rate * 2.2)}
    assert seconds(project) > 1.4


@pytest.mark.long
def test_two_processes_on_one_ledger_share_the_rate_for_only_one_sends(project):
    project.build(people(60, messages_per_second=30))

    first = project.start("send", "whatsapp", "--json", "--wait", "0")
    second = project.start("send", "whatsapp", "--json", "--wait", "0")
    first.communicate(timeout=120)
    second.communicate(timeout=120)
    third = project.send()

    assert sorted([first.returncode, second.returncode]) == [0, 4]
    assert third.returncode == 0
    assert len(project.provider.seen) == 60
    assert seconds(project) > 1.4


def test_a_word_that_we_are_too_fast_halves_the_rate(project):
    project.build(people(50, messages_per_second=40))
    project.provider.answers[key(0)] = [130429]

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": 50}
    # It would be 1.3, and 2.6 if no message had left before the answer came.
    assert seconds(project) > 1.7


@pytest.mark.long
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(
            {
                "X-Business-Use-Case-Usage": json.dumps(
                    {"1": [{"type": "whatsapp", "call_count": 97, "total_time": 3}]}
                )
            },
            id="meta_is_nearly_used_up",
        ),
        pytest.param(
            {"X-RateLimit-Remaining": "1200", "X-RateLimit-Reset": "60"},
            id="twenty_a_second_are_left",
        ),
    ],
)
def test_headers_of_an_acceptance_lower_the_rate(project, headers):
    project.build(people(45, messages_per_second=40))
    project.provider.headers = headers

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": 45}
    assert seconds(project) > 1.6


def test_one_person_gets_two_messages_six_seconds_apart(project):
    one = {"purpose": "utility", "messages_per_second": 40}
    twice = [
        {"number": n, "campaign_id": f"utility_{n}", "address": "+6590000001", **one}
        for n in range(2)
    ]
    others = people(40, **one)[2:]
    project.build([*twice, *others])

    done = project.send()

    assert done.summary["outcomes"] == {"accepted": 40}
    to_one = [at for at, to in project.provider.arrived if to == "+6590000001"]
    assert to_one[1] - to_one[0] > 4
    last_of_others = max(at for at, to in project.provider.arrived if at != to_one[1])
    assert last_of_others < to_one[1], "nobody else waits for that"


@pytest.mark.long
def test_the_next_run_keeps_the_distance_too(project):
    utility = {"purpose": "utility", "address": "+6590000001"}
    project.build([{"number": 1, **utility, "campaign_id": "one"}])
    project.send()
    project.build([{"number": 2, **utility, "campaign_id": "two"}], build_id="build-2")

    project.send()

    first, second = [at for at, _ in project.provider.arrived]
    assert second - first > 4


def test_a_large_campaign_does_not_starve_a_small_one(project):
    large = people(120, messages_per_second=100, campaign_id="large")
    small = [
        {"number": n, "campaign_id": "small", "messages_per_second": 100}
        for n in range(200, 210)
    ]
    project.build([*large, *small])

    project.send("--first-run")

    places = [project.provider.seen.index(key(n)) for n in range(200, 210)]
    assert max(places) < 40


@pytest.fixture
def limited(project):
    """Two senders of one portfolio, which may write to three people a day."""
    manifest = project.folder / "target" / "manifest.json"
    content = json.loads(manifest.read_text())
    for name in ("int_senders", "message_policies"):
        content["nodes"][f"model.ott.{name}"] = {
            "resource_type": "model",
            "name": name,
            "relation_name": f'"ott"."ott_marts"."{name}"',
        }
    manifest.write_text(json.dumps(content))
    project.sql(
        "create table ott_marts.int_senders as select * from (values"
        "('wa_main', 'p', 3), ('wa_two', 'p', 500), ('wa_free', null, null))"
        " as s (sender_id, portfolio_id, messaging_limit);"
        "create table ott_marts.message_policies as select * from (values"
        "('whatsapp', 'marketing', 'template', false),"
        "('whatsapp', 'utility', 'template', false),"
        "('whatsapp', 'utility', 'free_text', true),"
        "('whatsapp', 'service', 'free_text', true))"
        " as p (channel, purpose, message_type, needs_window)"
    )
    return project


def test_a_senders_day_has_no_more_people_than_its_portfolio_may_have(limited):
    limited.build(
        [
            {"number": 0},
            {"number": 1, "sender_id": "wa_two"},
            {"number": 2, "campaign_id": "other"},
            {"number": 3},
            {"number": 4, "sender_id": "wa_two", "campaign_id": "other"},
            {"number": 5, "sender_id": "wa_free"},
        ]
    )

    done = limited.send()

    assert done.summary["outcomes"] == {"accepted": 4, "skipped": 2}
    assert done.summary["reasons"] == {"skipped: sender_limit": 2}


@pytest.mark.long
def test_the_limit_counts_who_had_one_since_the_build_began(limited):
    """The build that comes next did not see these messages: it had begun before."""
    limited.build(people(3))
    limited.send()
    limited.build(
        [
            {"number": 7, "campaign_id": "next"},
            {"number": 8, "campaign_id": "next", "customer_id": "c1"},
        ],
        build_id="build-2",
        as_of=now(),
    )

    done = limited.send()

    assert done.summary["reasons"]["skipped: sender_limit"] == 1
    assert limited.states()[key(7)] == "skipped"


@pytest.mark.long
def test_an_answer_in_a_window_takes_no_place(limited):
    limited.build(
        [
            *people(3),
            {
                "number": 3,
                "purpose": "utility",
                "message_type": "free_text",
                "free_text": "Hi",
            },
        ]
    )

    assert limited.send().summary["outcomes"] == {"accepted": 4}


@pytest.mark.long
def test_a_run_that_waits_for_a_person_ends_when_it_is_told_to(project):
    same = {"purpose": "utility", "address": "+6590000001"}
    project.build([{"number": n, "campaign_id": f"c{n}", **same} for n in range(3)])

    running = project.start("send", "whatsapp", "--json")
    wait_until(lambda: project.provider.seen)
    running.terminate()
    running.communicate(timeout=120)

    assert len(project.provider.seen) == 1


def test_a_rate_that_is_none_keeps_nobody_from_sending(project):
    rows = people(4)
    rows[0]["messages_per_second"] = -5
    rows[1] |= {"messages_per_second": 0, "sender_id": "another"}
    project.build(rows)

    done = project.send()

    assert done.returncode == 0, done.err
    assert done.summary["outcomes"] == {"accepted": 4}
