"""The ledger keeps its word on SQLite and on PostgreSQL; several hosts share one."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sync"))

from sync_project import THIRD, Project, Provider, key, now, people, row, wait_until

from sync.errors import ConfigError, LockedError, TrustError
from sync.ledger import Ledger
from sync.ledger_postgres import translate
from sync.messages import Outcome, WhatsAppRow

pytestmark = pytest.mark.slow

NOW = now()


@pytest.fixture(scope="module")
def url(server):
    database = server.named("ledger")
    return f"postgresql:///ledger?host={database.host}&user={database.user}"


@pytest.fixture
def empty(url, server):
    """The URL of a database without a ledger."""
    connection = replace(server, database="ledger").connect()
    connection.autocommit = True
    connection.cursor().execute("drop schema if exists ott_ledger cascade")
    connection.close()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request, tmp_path):
    """A way to open one ledger, as often as wanted; all are closed at the end."""
    several = []
    url = request.getfixturevalue("empty") if request.param == "postgres" else ""

    def ledger(hash_key=None):
        several.append(Ledger(tmp_path / "ledger", hash_key, url))
        return several[-1]

    yield ledger
    for one in several:
        one.close()


@pytest.fixture
def project(tmp_path, empty):
    provider = Provider()
    made = Project(tmp_path / "project", provider)
    made.ledger_url = empty
    yield made
    provider.close()


def message(number=0, **given):
    return WhatsAppRow(*row(number, **{"decided_at": NOW, **given}))


def claim(ledger, one, run="run"):
    with ledger.transaction():
        [verdict] = ledger.deliveries.claim([one], run, NOW, {})
    return verdict


def record(ledger, one, *outcome):
    with ledger.transaction():
        ledger.deliveries.record([(one.delivery_key, Outcome(*outcome))], NOW)


def test_a_key_is_claimed_once(opened):
    one, other = opened(), opened()

    assert claim(one, message()).kind == "claimed"
    assert claim(other, message(), "other").kind == "known"
    record(one, message(), "accepted")

    assert claim(other, message(), "other").kind == "known"
    assert other.claimed() == 0


def test_of_one_address_twice_one_is_claimed_however_many_ask(opened):
    several = [opened() for _ in range(4)]
    verdicts = []

    def ask(number, ledger):
        for twin in range(25):
            person = {"customer_id": f"c{number}-{twin}"}
            person |= {"address": f"+6590000{twin:04}"}
            asked = claim(ledger, message(100 * number + twin, **person))
            verdicts.append((twin, asked.kind))

    threads = [Thread(target=ask, args=pair) for pair in enumerate(several)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    claimed = [twin for twin, kind in verdicts if kind == "claimed"]
    assert sorted(claimed) == list(range(25))
    assert len(verdicts) == 100


def test_what_was_refused_is_claimed_again_by_a_later_decision_only(opened):
    ledger = opened()
    claim(ledger, message())
    record(ledger, message(), "refused", "template_paused", "132015")

    assert claim(ledger, message()).kind == "known"
    later = message(decided_at=NOW + timedelta(hours=1))
    assert claim(ledger, later).kind == "claimed"
    record(ledger, later, "unknown", "answer_lost")
    [unknown] = ledger.deliveries.unknown()
    assert unknown["reason_code"] == "answer_lost"


@pytest.mark.parametrize("odd", ["\ud800", "\x00"], ids=["surrogate", "null"])
def test_what_a_provider_says_is_kept_as_far_as_a_text_can(opened, odd):
    ledger = opened()
    claim(ledger, message())
    record(ledger, message(), "accepted", None, f"code{odd}", f"id{odd}")

    [event] = ledger.unwritten_events(1)

    assert event["provider_code"] == "code\N{REPLACEMENT CHARACTER}"
    assert event["provider_message_id"] == "id\N{REPLACEMENT CHARACTER}"


def test_a_message_that_never_left_was_no_try(opened):
    ledger = opened()
    for _ in range(5):
        assert claim(ledger, message()).kind == "claimed"
        record(ledger, message(), "deferred", "provider_unreachable")


def test_of_somebody_erased_nothing_is_written_down_again(opened):
    ledger = opened()
    with ledger.transaction():
        ledger.erasure.bury("c1", ["+6590000002"], NOW)

    assert claim(ledger, message(1)).reason_code == "stopped_after_build"
    assert claim(ledger, message(2)).reason_code == "stopped_after_build"
    assert claim(ledger, message(3)).kind == "claimed"
    assert ledger.erasure.forget("c1") == (0, 0, 0)
    assert ledger.erasure.forget("c2") == (0, 0, 0)


def test_a_ledger_holds_to_the_key_it_hashed_with(opened):
    ledger = opened()
    claim(ledger, message())

    with pytest.raises(ConfigError, match="Unset OTT_HASH_KEY"):
        opened(hash_key="another")


def test_a_stop_and_a_message_since_the_build_close_a_row(opened):
    ledger = opened()
    stop = {"operator_stop_id": "s", "customer_id": "c1", "address_hash": None}
    stop |= {"channel": "*", "purpose": "*", "reason": "operator", "occurred_at": NOW}
    with ledger.transaction():
        ledger.stop(stop)
        ledger.stop(stop)
    claim(ledger, message(2))

    assert claim(ledger, message(1)).reason_code == "stopped_after_build"
    again = claim(ledger, message(3, customer_id="c2", campaign_id="other"))
    assert again.reason_code == "decided_before_last_message"


def test_what_a_dead_run_left_is_unknown_and_written_back_once(opened):
    ledger = opened()
    claim(ledger, message(1))
    claim(ledger, message(2))
    with ledger.transaction():
        assert ledger.deliveries.recover("whatsapp", NOW) == 2

    events = ledger.unwritten_events(10)
    with ledger.transaction():
        ledger.deliveries.written(events, NOW)

    assert {event["reason_code"] for event in events} == {"owner_died"}
    assert ledger.count_unwritten() == 0
    assert len(ledger.deliveries.unknown()) == 2


def test_what_the_warehouse_lost_is_told_again(opened):
    ledger, later = opened(), NOW + timedelta(hours=1)
    for number, told_at in ((1, NOW), (2, later)):
        claim(ledger, message(number))
        record(ledger, message(number), "accepted")
        run = {"run_id": f"r{number}", "destination": "whatsapp", "build_id": "b"}
        with ledger.transaction():
            ledger.open_run(run | {"host": "h", "pid": 1, "opened_at": NOW})
            ledger.deliveries.written(ledger.unwritten_events(10), told_at)
            ledger.written(
                "runs", "opened_written_at", "run_id", [f"r{number}"], told_at
            )

    newest, oldest = ledger.recent.steps(100)
    with ledger.transaction():
        ledger.recent.untell(oldest[-1])

    assert newest[:2] == ("r2", "run_opened")
    assert [event["delivery_key"] for event in ledger.unwritten_events(10)] == [key(2)]
    assert [run["run_id"] for run in ledger.unwritten("runs")] == ["r2"]
    assert ledger.recent.steps(100) == [oldest]


def test_runs_and_what_is_usual_are_told(opened):
    ledger = opened()
    for number in range(3):
        run = {"run_id": f"r{number}", "destination": "whatsapp", "build_id": "b"}
        run |= {"host": "h", "pid": 1, "opened_at": NOW + timedelta(hours=number)}
        with ledger.transaction():
            ledger.open_run(run)
            ledger.count_run(f"r{number}", {"winback": (number, 10)})
            ledger.count_claims(f"r{number}", 2)
            ledger.close_run(f"r{number}", NOW, number, 0)
    for number, run in ((1, "r0"), (2, "r2"), (3, "r2")):
        claim(ledger, message(number), run=run)
        record(ledger, message(number), "accepted")
    with ledger.transaction():
        ledger.adopt_run(
            {"run_id": "x", "ledger_id": "l", "build_id": "b", "destination": "d"}, NOW
        )

    assert ledger.usual("due", "whatsapp", 5) == {"winback": [2, 1]}
    assert ledger.run_ids() == {"r0": True, "r1": True, "r2": True, "x": True}
    assert ledger.claims_of("r1") == 2
    last = [(run["run_id"], run["outcomes"]) for run in ledger.last_runs(2)]
    assert last == [("r2", {"accepted": 2}), ("r1", {})]


def test_a_transaction_that_fails_leaves_nothing(opened):
    ledger = opened()

    def fail():
        with ledger.transaction():
            ledger.deliveries.claim([message()], "run", NOW, {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert claim(opened(), message()).kind == "claimed"


def test_events_of_the_third_version_are_moved(opened):
    ledger = opened()
    for number in range(3):
        claim(ledger, message(number))
        record(ledger, message(number), "accepted")
    before = ledger.unwritten_events(10)
    for statement in THIRD.split(";"):
        ledger._connection.execute(statement)

    moved = opened()

    assert [one["delivery_event_id"] for one in moved.unwritten_events(10)] == [
        one["delivery_event_id"] for one in before
    ]
    with moved.transaction():
        moved.deliveries.written(before[:2], NOW)
    assert [one["delivery_key"] for one in moved.unwritten_events(10)] == [key(2)]


def test_a_newer_ledger_is_refused_in_one_line(opened):
    ledger = opened()
    ledger._connection.execute(
        "update meta set value = '99' where key = 'schema_version'"
    )

    with pytest.raises(TrustError) as caught:
        opened()

    assert "is of version 99" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_lease_ends_with_its_holder(empty, tmp_path):
    holder, other = (Ledger(tmp_path / "ledger", url=empty) for _ in range(2))
    held = holder.lease("whatsapp")
    held.__enter__()

    with pytest.raises(LockedError, match="whatsapp is held by"):
        other.lease("whatsapp").__enter__()
    with other.lease("line"):
        pass
    holder._connection.close()

    wait_until(lambda: leased(other))
    other.close()


def leased(ledger):
    try:
        with ledger.lease("whatsapp"):
            return True
    except LockedError:
        return False


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ("postgresql:///nowhere?host={host}&user={user}", ConfigError, "login"),
        ("postgresql://u:canary@127.0.0.1:1/x", LockedError, "cannot be reached"),
        ("postgresql://u:canary@[/x", ConfigError, "no PostgreSQL URL"),
    ],
)
def test_a_wrong_url_is_one_line_without_its_password(
    server, tmp_path, wrong, error, said
):
    url = wrong.format(host=server.host, user=server.user)

    with pytest.raises(error, match=said) as caught:
        Ledger(tmp_path / "ledger", url=url)

    assert "canary" not in str(caught.value)


def test_placeholders_become_the_drivers_and_literals_stay():
    query = "select ':x', a::text from t where b = :b and c = ? and d like '%'"
    expected = "select ':x', a::text from t where b = %(b)s and c = %s and d like '%%'"

    assert translate(query) == expected


def send(project, **env):
    return project.send(OTT_LEDGER=project.ledger_url, **env)


def test_a_ledger_in_postgresql_sends_each_once(project):
    project.build(people(20))

    first, second = send(project), send(project)

    assert first.summary["outcomes"] == {"accepted": 20}, first.err
    assert second.summary["known"] == 20
    assert len(project.provider.seen) == 20
    assert not project.ledger.exists()


def test_another_host_takes_over_from_one_that_was_killed(project, tmp_path):
    project.build(people(40))
    project.provider.delay = 0.3
    words = ("send", "whatsapp", "--wait", "0", "--in-flight", "4")
    killed = project.start(*words, OTT_LEDGER=project.ledger_url)
    wait_until(lambda: len(project.provider.seen) >= 8)
    project.provider.delay = 20
    other = Project(tmp_path / "other", project.provider)
    elsewhere = {
        "OTT_LEDGER": project.ledger_url,
        "OTT_DUCKDB_PATH": str(project.file),
    }

    refused = other.send("--wait", "20", **elsewhere)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    project.provider.delay = 0
    done = other.send("--wait", "20", **elsewhere)

    assert refused.returncode == 4
    assert "whatsapp is held by process" in refused.err
    assert done.returncode == 6, done.err
    assert 1 <= done.summary["recovered"] <= 4
    assert len(project.provider.seen) == len(set(project.provider.seen))
    accepted = done.summary["outcomes"]["accepted"]
    assert accepted + done.summary["known"] == 40


def test_a_ledger_that_goes_away_ends_the_run_and_nobody_gets_it_twice(project, server):
    project.build(people(40))
    project.provider.delay = 0.2
    words = ("send", "whatsapp", "--wait", "0", "--in-flight", "4")
    running = project.start(*words, OTT_LEDGER=project.ledger_url)
    wait_until(lambda: len(project.provider.seen) >= 8)

    server.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'ott-ledger'"
    )
    _, said = running.communicate(timeout=60)
    project.provider.delay = 0
    done = send(project)

    assert running.returncode == 4, said
    assert "The ledger's PostgreSQL cannot be reached" in said
    assert done.returncode == 6, done.err
    assert len(project.provider.seen) == len(set(project.provider.seen)) >= 36
    assert done.summary["recovered"] <= 4
    assert key(0) in project.provider.seen
