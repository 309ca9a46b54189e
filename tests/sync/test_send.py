from __future__ import annotations

import json
import math
import signal
from datetime import timedelta

import pytest
from sync_project import insist, key, now, people, wait_until

from sync import collect, send
from sync.destinations.whatsapp import WhatsAppDestination
from sync.errors import TrustError
from sync.trust import Build


def test_everybody_due_gets_one_message_and_a_second_run_sends_nothing(project):
    project.build(people(20))

    first, second = project.send(), project.send()

    assert first.returncode == 0, first.err
    assert first.summary["outcomes"] == {"accepted": 20}
    assert sorted(project.provider.seen) == sorted(key(n) for n in range(20))
    assert second.returncode == 0
    assert (second.summary["due"], second.summary["known"]) == (0, 20)


def test_what_happened_is_written_back_once(project):
    project.build(people(5))
    project.send()
    project.ott("status")

    events = project.sql(
        "select delivery_key, event, attempt from raw.raw_delivery_events order by 1"
    )
    runs = project.sql("select event from raw.raw_sync_runs order by event desc")

    assert events == sorted((key(n), "accepted", 1) for n in range(5))
    assert runs == [("run_opened",), ("run_closed",)]


@pytest.mark.parametrize("status", ["fail", "error", "skipped", "missing"])
def test_a_table_whose_test_did_not_pass_is_refused(project, status):
    project.build(people(1), tests={"test.ott.unique": status})

    done = project.send()

    assert done.returncode == 4
    assert f"test.ott.unique ({status})" in done.err
    assert project.provider.seen == []


def test_a_table_of_another_shape_is_refused(project):
    project.build(people(1))
    project.sql("alter table ott_sync.sync_whatsapp add column more varchar")

    assert project.send().returncode == 4


def test_a_table_with_a_wrong_type_is_refused(project):
    project.build(people(1))
    project.sql("alter table ott_sync.sync_whatsapp alter send_rank type integer")

    done = project.send()

    assert done.returncode == 4
    assert "send_rank" in done.err


def test_rows_of_two_builds_are_refused(project):
    project.build(people(2))
    project.sql(
        "update ott_sync.sync_whatsapp set build_id = 'x' where customer_id = 'c1'"
    )

    assert project.send().returncode == 4


def test_a_build_the_log_does_not_know_is_refused(project):
    project.build(people(2))
    project.sql("update ott_sync.sync_whatsapp set build_id = 'replay'")

    assert project.send().returncode == 4


def test_a_table_that_no_stop_is_asked_for_is_refused(project):
    """As of a new destination that no var names; the build is green."""
    project.build(people(2))
    project.sql("delete from ott_sync.sync_decided where delivery_key = ?", key(1))

    done = project.send()

    assert done.returncode == 4
    assert "No stop is asked for" in done.err
    assert project.provider.seen == []


def test_a_decision_that_is_too_old_is_refused(project):
    project.build(people(1), as_of=now() - timedelta(hours=25))

    done = project.send()

    assert done.returncode == 4
    assert "--max-age" in done.err
    assert project.send("--max-age", "26").returncode == 0


def test_a_replay_is_refused(project):
    project.build(people(1))
    project.sql(
        "update raw.ott_build_log set relation_name = "
        '\'"ott"."ott_replay_sync"."sync_whatsapp"\''
    )

    done = project.send()

    assert done.returncode == 4
    assert "replay" in done.err


def test_decisions_of_the_future_are_refused(project):
    project.build(people(1), as_of=now() + timedelta(days=2))

    assert project.send().returncode == 4


def test_a_test_target_goes_to_the_sandbox_only(project, monkeypatch):
    meta = WhatsAppDestination.from_env({"OTT_WHATSAPP_TOKEN": "x"})
    build = Build("b", "r", now(), "test", 1)

    collect.check_target(build, meta, sandbox=True)
    with pytest.raises(TrustError, match="sandbox"):
        collect.check_target(build, meta, sandbox=False)


def test_the_clock_may_be_set_toward_the_sandbox_only(project):
    project.build(people(1))
    later = (now() + timedelta(hours=30)).isoformat()

    toward_sandbox = project.send(OTT_NOW=later)
    elsewhere = project.send(OTT_NOW=later, OTT_WHATSAPP_BASE_URL="https://x.invalid")

    assert toward_sandbox.returncode == 4
    assert elsewhere.returncode == 3
    assert "sandbox" in elsewhere.err


def test_a_stop_after_the_build_is_honoured(project):
    project.build(people(3))
    project.sql("insert into raw.stops values (?)", key(0))
    project.ott("stop", "c1")

    done = project.send()

    assert project.provider.seen == [key(2)]
    assert done.summary["reasons"] == {"skipped: stopped_after_build": 2}


def test_a_stop_by_address_needs_no_customer(project):
    project.build(people(2))
    project.ott("stop", "--address-stdin", stdin="+65 9000 0001\n")

    project.send()

    assert project.provider.seen == [key(0)]
    assert project.sql("select count(*) from raw.raw_operator_stops") == [(1,)]


def test_a_stop_that_lands_while_the_run_sends_is_honoured(project):
    project.build(people(60, messages_per_second=10))
    project.provider.most = 3
    process = project.start(
        "send", "whatsapp", "--json", "--stops-every", "0.2", "--in-flight", "2"
    )
    wait_until(lambda: len(project.provider.seen) == 5)

    project.ott("stop", "c59")
    insist(project, "insert into raw.stops values (?)", key(58))
    project.provider.most = math.inf
    out, _ = process.communicate(timeout=120)

    assert json.loads(out)["reasons"] == {"skipped: stopped_after_build": 2}
    assert not {key(58), key(59)} & set(project.provider.seen)


def test_a_row_past_its_time_is_skipped_and_one_before_it_waits(project):
    over, early = now() - timedelta(seconds=1), now() + timedelta(hours=1)
    project.build(
        [{"number": 0, "send_not_after": over}, {"number": 1, "send_not_before": early}]
    )

    done = project.send()

    assert done.summary["reasons"] == {"skipped: decision_expired": 1}
    assert done.summary["due"] == 1
    assert project.provider.seen == []


def test_rows_go_in_the_order_of_their_rank(project):
    project.build([{"number": n, "send_rank": 9 - n} for n in range(10)])

    project.send("--in-flight", "1")

    assert project.provider.seen == [key(9 - n) for n in range(10)]


def test_a_held_warehouse_sends_nothing_and_says_so(project):
    project.build(people(1))

    with project.warehouse_held():
        done = project.send("--wait", "1")

    assert done.returncode == 4
    assert "Waiting up to 1 s" in done.err
    assert project.provider.seen == []


def test_results_are_kept_while_the_warehouse_is_held(project):
    project.build(people(30))
    project.provider.most = 0
    process = project.start("send", "whatsapp", "--json", "--wait", "0")
    wait_until(lambda: len(project.provider.seen) >= 3)

    with project.warehouse_held():
        project.provider.most = math.inf
        out, _ = process.communicate(timeout=120)

    assert json.loads(out)["not_written_back"] == 30
    assert project.ott("status", "--json").returncode == 0
    count = "select count(distinct delivery_event_id), count(*) from "
    assert project.sql(count + "raw.raw_delivery_events") == [(30, 30)]


def test_two_runs_at_once_are_one_run(project):
    project.build(people(40, messages_per_second=20))
    project.provider.most = 0
    first = project.start("send", "whatsapp", "--json")
    wait_until(lambda: len(project.provider.seen) >= 1)

    second = project.send()
    project.provider.most = math.inf
    first.communicate(timeout=120)

    assert second.returncode == 4
    assert f"process {first.pid}" in second.err
    assert first.returncode == 0
    assert len(project.provider.seen) == len(set(project.provider.seen)) == 40


def test_another_ledger_must_not_send(project, tmp_path):
    project.build(people(2))
    project.send()

    done = project.send(OTT_LEDGER=str(tmp_path / "other.sqlite"))

    assert done.returncode == 4
    assert "OTT_LEDGER" in done.err


def test_a_project_that_uses_this_one_as_a_package_finds_its_files(project):
    package = project.folder / "dbt_packages/ott"
    package.mkdir(parents=True)
    (project.folder / "seeds").rename(package / "seeds")
    project.build(people(1))

    done = project.send()

    assert done.returncode == 0, done.err
    assert project.provider.seen == [key(0)]


def test_the_plan_shows_masked_addresses_and_sends_nothing(project):
    project.build(people(7))

    done = project.ott("plan", "whatsapp", "--json")

    told = json.loads(done.out)
    assert (told["due"], told["campaigns"]) == (7, {"winback": 7})
    assert told["sample"][0]["address"] == "+65******00"
    assert project.provider.seen == []


def test_a_plan_leaves_no_trace(project):
    project.build(people(7))

    planned = project.ott("plan", "whatsapp", "--json")

    assert planned.returncode == 0, planned.err
    assert project.provider.seen == []
    assert not project.ledger.exists() or project.states() == {}
    assert project.sql("select count(*) from raw.raw_sync_runs") == [(0,)]
    assert project.sql("select count(*) from raw.raw_delivery_events") == [(0,)]
    assert project.send().summary["due"] == json.loads(planned.out)["due"]


def test_more_than_max_sends_sends_nothing(project):
    project.build(people(7))

    assert project.send("--max-sends", "6").returncode == 4
    assert project.provider.seen == []


def test_unusual_numbers_need_a_word(project):
    project.build(people(10))
    project.send()
    project.build([{"number": n} for n in range(100, 301)], build_id="build-2")

    assert project.send().returncode == 4
    assert project.send("--allow-change").returncode == 0
    assert len(project.provider.seen) == 211


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["send"], 2, id="no destination"),
        pytest.param(["send", "nowhere"], 2, id="unknown destination"),
        pytest.param(["stop"], 2, id="nobody to stop"),
    ],
)
def test_wrong_use_exits_with_two(project, words, code):
    assert project.ott(*words).returncode == code


def test_a_missing_token_is_one_line_and_exit_three(project):
    project.build(people(1))

    done = project.send(OTT_WHATSAPP_TOKEN="")

    assert done.returncode == 3
    assert done.err.count("\n") == 1


def test_why_shows_the_decision_and_its_evidence(project):
    project.sql(
        "create table ott_marts.fct_campaign_decisions as select 'c1' as customer_id,"
        "'winback' as campaign_id, 'whatsapp' as channel, 'consent_none' as"
        " reason_codes, 'marketing' as purpose, 'winback_offer' as template_name,"
        "'en' as language_code, 't1' as template_id, 'wa_main' as sender_id,"
        "'+6590000001' as address;"
        "insert into ott_marts.fct_campaign_decisions by name select 'c2' as"
        " customer_id, 'other' as campaign_id, 'winback_offer' as template_name;"
        "create table ott_marts.fct_consent_states as select 'c1' as customer_id,"
        "'whatsapp' as channel, 'marketing' as purpose, 'e7' as consent_event_id;"
        "create table ott_marts.fct_reply_windows as select 'c1' as customer_id,"
        "'wa_main' as sender_id, 'm3' as last_inbound_message_id;"
        "create table ott_marts.dim_templates as select 'winback_offer' as"
        " template_name, 'en' as language_code, 't1' as template_id,"
        " 4 as template_version"
    )

    done = project.ott("why", "c1", "--json")
    without = project.ott("why", "c2", "--json")
    elsewhere = project.ott("why", "c1", "--campaign", "other")

    [told] = json.loads(done.out)
    assert told["reason_codes"] == "consent_none"
    assert told["consent_event_id"] == "e7"
    assert told["last_inbound_message_id"] == "m3"
    assert told["template_version"] == "4"
    assert "template_version" not in without.out, "it is another account's"
    assert "No decision of other names c1. Check the id and the campaign" in (
        elsewhere.err
    )
    assert "+6590000001" not in done.out


def test_why_tells_what_came_since(project):
    project.build(people(2))
    project.sql("insert into raw.stops values (?)", key(1))
    project.send()
    project.sql(
        "create table ott_marts.fct_campaign_decisions as "
        "select customer_id, campaign_id, delivery_key, decided_at, channel, "
        "true as is_sendable from ott_sync.sync_whatsapp;"
        "create table ott_marts.fct_consent_states (customer_id varchar);"
        "create table ott_marts.fct_reply_windows (customer_id varchar)"
    )

    told = [json.loads(project.ott("why", c, "--json").out) for c in ("c0", "c1")]
    project.sql("drop view ott_sync.sync_stops")
    without = project.ott("why", "c1", "--json")

    [[sent], [stopped]] = told
    assert (sent["delivery_state"], sent["stopped_since"]) == ("accepted", None)
    assert sent["delivery_state_at"][:4].isdigit()
    assert stopped["stopped_since"] == "consent_withdrawn"
    assert stopped["delivery_state"] == "skipped"
    assert json.loads(without.out)[0]["stopped_since"] is None
    assert without.err.startswith("What was heard since the build is not known: ")


def test_doctor_looks_at_everything(project):
    project.build(people(1))

    done = project.ott("doctor", "--json")

    checks = {check["name"]: check["ok"] for check in json.loads(done.out)}
    assert checks["warehouse"]
    assert checks["build log"]
    assert checks["whatsapp settings"]


def test_what_one_destination_sent_may_stop_a_row_of_the_next(project):
    """The stops are asked once for a call, but again after whatever was sent."""
    project.build(people(2))
    project.build([{"number": 0}], model="sync_braze_profiles", build_id="build-2")
    project.sql(
        "drop view ott_sync.sync_stops;"
        "create view ott_sync.sync_stops as"
        " select wanted.delivery_key, wanted.build_id, 'cap_person' as reason_code"
        " from ott.ott_sync.sync_whatsapp as wanted"
        " inner join ott.raw.raw_delivery_events as told"
        " on wanted.customer_id = told.customer_id"
        " and told.destination = 'braze_profiles' and told.event = 'accepted'"
    )

    done = project.ott("send", "--all", "--json", "--wait", "0")

    assert project.provider.profiles.keys() == {"c0"}, done.err
    assert project.provider.seen == [key(1)]
    assert project.states()[key(0)] == "skipped"


def test_whoever_is_told_to_end_begins_no_other_destination(project):
    project.build(people(2))
    project.build([{"number": n} for n in range(300)], model="sync_braze_profiles")
    project.provider.most = 0
    running = project.start("send", "--all", "--first-run", "--in-flight", "1")
    wait_until(lambda: project.provider.calls)

    running.send_signal(signal.SIGTERM)
    project.provider.most = math.inf
    out, err = running.communicate(timeout=120)

    assert running.returncode == 1
    assert "interrupted" in err
    assert "whatsapp" not in out + err
    assert project.provider.seen == []


def test_what_breaks_in_one_destination_does_not_stop_the_next(
    project, ott_inside, monkeypatch
):
    project.build(people(2))

    def breaks(name, *rest):
        if name == "braze_profiles":
            raise RuntimeError("+6590000001")
        return send.send(name, *rest)

    monkeypatch.setattr("sync.cli.send_one", breaks)

    done = ott_inside("send", "--all", "--wait", "0")

    assert done.exit_code == 1
    assert "Error: braze_profiles: a bug, RuntimeError at" in done.output
    assert "+6590000001" not in done.output
    assert len(project.provider.seen) == 2


def test_a_provider_that_cannot_be_reached_at_all_is_worth_another_try(project):
    project.build(people(3))

    done = project.send(OTT_WHATSAPP_BASE_URL="http://127.0.0.1:9/v25.0")

    assert done.returncode == 4
    assert done.summary["outcomes"] == {"deferred": 3}
    assert "cannot be reached" in done.summary["message"]
