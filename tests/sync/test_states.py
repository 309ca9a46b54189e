"""State tables: values that are set, where the last write wins."""

from __future__ import annotations

import json

from sync_project import now, people, watched

FLAG = "ott_winback"
MODEL = "sync_braze_profiles"


def build(project, rows, build_id="build-1"):
    project.build(rows, build_id=build_id, model=MODEL, as_of=now())


def send(project, *words):
    return project.send(*words, name="braze_profiles")


def states(project):
    return project.sql(
        "select customer_id, attribute, value, event from raw.raw_sync_states "
        "order by 1, 2, 4"
    )


def test_each_value_of_an_accepted_row_is_remembered(project):
    until = {FLAG: "true", f"{FLAG}_until": "2026-11-20T00:00:00Z"}
    build(project, [{"number": 0, "states": until}])

    done = send(project)

    assert done.returncode == 0, done.err
    assert project.provider.profiles["c0"][FLAG] is True
    assert states(project) == [
        ("c0", FLAG, "true", "accepted"),
        ("c0", f"{FLAG}_until", "2026-11-20T00:00:00Z", "accepted"),
    ]


def test_many_profiles_share_a_call(project):
    build(project, people(160))

    done = send(project, "--in-flight", "1")

    assert done.summary["outcomes"] == {"accepted": 160}
    assert [len(call) for call in project.provider.calls] == [75, 75, 10]


def test_a_lost_answer_is_asked_again_because_the_last_write_wins(project):
    build(project, people(3))
    project.provider.answers["c1"] = ["drop"]

    done = send(project)

    assert done.summary["outcomes"] == {"accepted": 3}
    assert len(project.provider.calls) == 2


def test_a_value_that_stayed_unknown_is_set_again_by_the_next_run(project):
    build(project, people(1))
    project.provider.default = "drop"

    first = send(project)
    project.provider.default = None
    second = send(project)

    assert first.summary["outcomes"] == {"unknown": 1}
    assert second.summary["outcomes"] == {"accepted": 1}
    assert [event for *_, event in states(project)] == ["accepted", "unknown"]


def test_a_refusal_after_a_lost_answer_leaves_it_unknown(project):
    build(project, people(1))
    project.provider.answers["c0"] = ["drop", 400]

    done = send(project)

    assert done.summary["outcomes"] == {"unknown": 1}
    assert project.provider.profiles["c0"][FLAG] is True


def test_withdrawals_go_first(project):
    gone = {"number": 9, "states": {FLAG: "false"}, "is_withdrawal": True}
    build(project, [*people(80), gone])

    send(project, "--in-flight", "1")

    assert project.provider.calls[0][0] == "c9"


def test_no_limit_on_numbers_stops_a_withdrawal(project):
    gone = [
        {"number": n, "states": {FLAG: "false"}, "is_withdrawal": True}
        for n in range(200, 205)
    ]
    build(project, [*people(10), *gone])

    done = send(project, "--max-sends", "3")

    assert done.returncode == 4
    assert done.summary["outcomes"] == {"accepted": 5}
    assert done.summary["not_sent"] == 10
    assert set(project.provider.profiles) == {f"c{n}" for n in range(200, 205)}


def test_a_wave_of_values_as_large_as_an_earlier_one_is_usual(project):
    for night, size in enumerate((150, 20, 20, 20, 150)):
        build(project, people(size), f"build-{night}")
        done = send(project)

    assert done.returncode == 0, done.err


def test_many_withdrawals_alone_trip_no_limit(project):
    gone = [
        {"number": n, "states": {FLAG: "false"}, "is_withdrawal": True}
        for n in range(5)
    ]
    build(project, gone)

    assert send(project, "--max-sends", "3").returncode == 0


def test_an_operators_stop_holds_back_what_gives_and_not_what_takes(project):
    gone = {"number": 0, "states": {FLAG: "false"}, "is_withdrawal": True}
    given = {"number": 0, "states": {"ott_other": "true"}}
    build(project, [gone, given])
    project.ott("stop", "c0")

    done = send(project)

    assert done.summary["outcomes"] == {"accepted": 1, "skipped": 1}
    assert project.provider.profiles["c0"][FLAG] is False
    assert "ott_other" not in project.provider.profiles["c0"]


def test_a_row_the_provider_refuses_does_not_spoil_its_call(project):
    bad = {"number": 2, "states": {"NOT A NAME": "true"}}
    build(project, [{"number": 0}, {"number": 1}, bad])

    done = send(project)

    assert done.summary["outcomes"] == {"accepted": 2, "refused": 1}
    assert ("c2", "NOT A NAME", "true", "refused") in states(project)


def test_values_nobody_can_read_cost_their_row_and_no_later_run(project):
    build(project, [{"number": 0}, {"number": 1, "states": "told-to-nobody"}])
    project.sql(
        "insert into ott_sync.sync_braze_profiles by name select kept.* replace ("
        "md5(said) as delivery_key, 'c' || said as customer_id, said as states) "
        "from ott_sync.sync_braze_profiles as kept cross join "
        """unnest(['{', '[1]', '{"a": {"b": 1}}', '{"a": 1}']) as texts (said) """
        "where customer_id = 'c0'"
    )
    project.sql(watched("sync_braze_profiles", keeps_state=True))

    done, again = send(project), send(project)

    assert done.returncode == 6, done.err
    assert done.summary["outcomes"] == {"accepted": 2, "refused": 4}
    assert done.summary["not_written_back"] == 0
    assert again.returncode == 0, again.err
    assert [kept for kept in states(project) if kept[-1] == "accepted"] == [
        ("c0", FLAG, "true", "accepted"),
        ('c{"a": 1}', "a", "1", "accepted"),
    ]


def test_the_ledger_keeps_values_of_a_killed_run_as_unknown(project):
    build(project, people(1))
    project.provider.default = "drop"
    send(project)

    told = json.loads(project.ott("status", "--json").out)

    assert told["unknown"] == [], "a value is set again; nobody has to look"
