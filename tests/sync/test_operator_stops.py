"""A stop stops somebody, or says why not; and it outlives the ledger."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from sync_project import ROOT, key, now, people

from sync.operator_stops import CHANNELS
from sync.stop_command import PHONES

ADDRESS = "+6590000001"
KEY = {"OTT_HASH_KEY": "kept-apart"}
# Digits without a plus are nobody's id there.
NUMBERS_ONLY = ("phone", "phone_or_bsuid")


SPELLED = {
    "+6590000003": "0065 9000-0003",
    "+6590000004": "+65 (0)9000 0004 ext. 5",
    "+6590000005": "\uff0b\uff16\uff15 90000005",
}


def test_a_stop_holds_however_it_is_written(project, ott_inside):
    project.build(people(7))

    done = [
        ott_inside("stop", "c0", "--channel", "WhatsApp"),
        ott_inside("stop", "c1", "--purpose", "Marketing"),
        ott_inside("stop", " c2 "),
        *[ott_inside("stop", "--address-stdin", stdin=how) for how in SPELLED.values()],
        # And nothing but what it is about.
        ott_inside("stop", "c6", "--channel", "line"),
        ott_inside("stop", "c6", "--purpose", "utility"),
    ]

    assert [one.exit_code for one in done] == [0] * 8
    assert project.send().summary["reasons"] == {"skipped: stopped_after_build": 6}
    assert project.provider.seen == [key(6)]


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        pytest.param(["c1", "--channel", "whatsap"], "", "'--channel'", id="channel"),
        pytest.param(["c1", "--purpose", "adverts"], "", "'--purpose'", id="purpose"),
        pytest.param(["  "], "", "Name a customer", id="nobody"),
        pytest.param(["c1\t"], "", "a tabulator", id="another_customer"),
        pytest.param(["--address-stdin"], "6590000001", "with +", id="no_plus"),
        pytest.param(["--address-stdin"], "+65\n+66\n", "one a call", id="several"),
        pytest.param(["--address-stdin"], b"+65\xff", "no UTF-8", id="other_bytes"),
        pytest.param(["--address-stdin"], "\0+\0", "as UTF-8", id="utf_16"),
        pytest.param(
            ["--address-stdin", "--purpose", "marketing_night"],
            ADDRESS,
            "marketing as a whole",
            id="night",
        ),
    ],
)
def test_what_would_stop_nobody_is_refused(ott_inside, words, stdin, said):
    done = ott_inside("stop", *words, stdin=stdin)

    assert done.exit_code == 2
    assert said in done.stderr
    assert "Stopped" not in done.stdout


def test_digits_may_be_an_id_where_the_channel_has_such(ott_inside):
    words = ("--address-stdin", "--channel", "kakao")

    assert ott_inside("stop", *words, stdin="6590000001").exit_code == 0


def test_the_channels_are_those_of_the_seed():
    with (ROOT / "seeds/reference/channels.csv").open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]

    numbers = [r["channel"] for r in rows if r["address_kind"] in NUMBERS_ONLY]
    assert [row["channel"] for row in rows] == [*CHANNELS]
    assert numbers == [*PHONES][1:]


@pytest.fixture
def lost(project):
    """A ledger that is lost after one message and a stop by address."""
    project.build(people(1))
    project.send(**KEY)
    project.ott("stop", "--address-stdin", stdin=ADDRESS, **KEY)
    lose(project)
    project.build(people(3), build_id="build-2")
    return project


def lose(project):
    for path in project.ledger.parent.iterdir():
        path.unlink()


def adopt(project, *words, **env):
    return project.ott("reconcile", "--adopt", "--json", *words, **env)


def test_a_stop_by_address_outlives_the_ledger(lost):
    done = adopt(lost, **KEY)
    sent = lost.send(**KEY)

    assert json.loads(done.out)["adopted_runs"] == 1
    assert sent.summary["outcomes"] == {"accepted": 1, "skipped": 1}
    assert key(1) not in lost.provider.seen
    assert adopt(lost, **KEY).returncode == 0
    assert len(lost.sql("select * from raw.raw_operator_stops")) == 1


def test_stops_whose_key_is_another_are_not_taken_over_unnoticed(lost):
    refused = [adopt(lost, **env) for env in ({}, {"OTT_HASH_KEY": "other"})]
    asked = lost.send()
    lose_them = adopt(lost, "--leave-address-stops")

    assert [done.returncode for done in refused] == [3, 3]
    assert all("Set OTT_HASH_KEY" in done.err for done in refused)
    assert asked.returncode == 4
    assert lose_them.returncode == 0
    assert "1 stops by address are left behind" in lose_them.err
    assert lost.send().returncode == 0


def test_a_ledger_put_back_from_before_a_stop_by_address_is_refused(project, tmp_path):
    project.build(people(1))
    project.send()
    shutil.copy(project.ledger, tmp_path / "yesterday")
    project.ott("stop", "--address-stdin", stdin=ADDRESS)
    shutil.copy(tmp_path / "yesterday", project.ledger)
    project.build(people(3), build_id="build-2")

    refused = project.send()
    adopt(project)
    sent = project.send()

    assert refused.returncode == 4
    assert "1 stops by address" in refused.err
    assert sent.summary["outcomes"] == {"accepted": 1, "skipped": 1}
    assert key(1) not in project.provider.seen


def test_of_a_stop_without_a_print_whoever_gives_a_key_has_the_word(lost):
    lost.sql("update raw.raw_operator_stops set operator_stop_id = 'before'")

    assert adopt(lost).returncode == 3
    assert adopt(lost, **KEY).returncode == 0
    assert "skipped" in lost.send(**KEY).summary["outcomes"]


def test_a_stop_and_an_erasure_of_a_customer_need_no_key(project):
    project.build(people(1))
    project.send()
    project.ott("stop", "c1")
    project.sql(
        "insert into raw.raw_operator_stops values ('erasure-x', 'c2', null, null, "
        "'?', 'erasure', ?, ?)",
        *[now()] * 2,
    )
    project.sql(
        "update raw.raw_operator_stops set channel = 'whatsap', purpose = '?' "
        "where customer_id = 'c1'"
    )
    lose(project)
    project.build(people(4), build_id="build-2")

    assert adopt(project).returncode == 0
    sent = project.send()

    assert sent.summary["reasons"] == {"skipped: stopped_after_build": 2}
    assert project.provider.seen == [key(0), key(3)]
    assert project.states().keys() == {key(0), key(1), key(3)}
