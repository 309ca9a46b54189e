from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from sync.classes import SEED, ErrorClass, load_classes
from sync.errors import ConfigError

ROOT = Path(__file__).parents[2]
with (ROOT / SEED).open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))

# What happens next, by code: the table a person checks against Meta's pages.
EXPECTED = {
    "refuse": "100 130403 130472 130497 131008 131009 131021 131030 131051 131052 "
    "131053 131055 131062 132005 132018 133016 134011 134100 135000 137000",
    "suppress_address": "131026 131050",
    "close_window": "131047",
    "defer_person": "131049",
    "unknown": "1 131000",
    "retry": "2 4 80007 130429 131016 131057 133004",
    "retry_alone": "131056 134101",
    "pause_template": "131063 132000 132001 132007 132008 132012 132015 132016 132068 "
    "132069 134102",
    "stop_sender": "33 131037 131045 131048 133010 139200",
    "stop_run": "0 3 10 102 104 190 200-299 368 131005 131031 131042 131044 131064",
}
ACTIONS = {code: action for action, codes in EXPECTED.items() for code in codes.split()}


@pytest.fixture(scope="module")
def classes():
    return load_classes(ROOT)


def test_every_code_of_the_seed_is_expected_and_the_other_way_round():
    assert {r["code"] for r in ROWS if r["provider"] == "meta"} == set(ACTIONS)


@pytest.mark.parametrize("code", [code for code in ACTIONS if "-" not in code])
def test_a_code_says_what_the_run_does_next(classes, code):
    assert classes.of("meta", code).action == ACTIONS[code]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("131026", ErrorClass("suppress_address", "address_unreachable", 30)),
        ("131050", ErrorClass("suppress_address", "platform_opt_out", None)),
        ("131047", ErrorClass("close_window", "window_closed")),
        ("131049", ErrorClass("defer_person", "platform_deferred", None, 3, 86400)),
        ("130429", ErrorClass("retry", "provider_busy", None, 3, 4)),
        ("132015", ErrorClass("pause_template", "template_not_approved")),
        ("190", ErrorClass("stop_run", "account_stopped")),
    ],
)
def test_a_code_carries_its_reason_and_waits(classes, code, expected):
    assert classes.of("meta", code) == expected


def test_a_busy_pair_waits_by_powers_of_four(classes):
    pair = classes.of("meta", "131056")

    assert [pair.wait(tries) for tries in (1, 2, 3)] == [4, 16, 64]


@pytest.mark.parametrize("code", ["200", "201", "250", "299"])
def test_a_range_holds_all_its_codes(classes, code):
    assert classes.of("meta", code).action == "stop_run"


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        ("meta", "199"),
        ("meta", "300"),
        ("meta", "999999"),
        ("meta", "200-299x"),
        ("meta", "-200"),
        ("meta", ""),
        ("meta", "9" * 5000),
        ("line", "190"),
        ("twilio", "99999"),
        ("vonage", "1999"),
        ("infobip", "status_999"),
        ("rcs", "ABORTED"),
        ("sfmc", "30005"),
        ("braze", "http_418"),
    ],
)
def test_a_code_nobody_listed_is_a_refusal(classes, provider, code):
    assert classes.of(provider, code) == ErrorClass("refuse", "provider_refused")


UNPROVEN = ErrorClass("unknown", "outcome_unknown")


@pytest.mark.parametrize("provider", ["kakao", "wechat"])
@pytest.mark.parametrize("code", ["99999", "-99999", "http_418"])
def test_a_code_of_kakao_or_wechat_nobody_listed_proves_nothing(
    classes, provider, code
):
    assert classes.of(provider, code) == UNPROVEN


def test_a_code_nobody_listed_proves_nothing_where_the_provider_failed(classes):
    assert classes.of("meta", "131099", is_no=False) == UNPROVEN
    assert classes.of("meta", "131016", is_no=False).action == "retry"


def test_only_what_is_tried_again_may_cost_more_than_one_request():
    again = {row["action"] for row in ROWS if int(row["max_tries"]) > 1}

    assert again == {"retry", "retry_alone", "renew_token", "defer_person"}


def test_the_properties_accept_what_the_seed_holds():
    path = (ROOT / SEED).with_suffix(".yml")
    [seed] = yaml.safe_load(path.read_text())["seeds"]
    assert [column["name"] for column in seed["columns"]] == list(ROWS[0])
    for column in seed["columns"]:
        for test in column.get("data_tests", []):
            if "accepted_values" in test:
                allowed = test["accepted_values"]["arguments"]["values"]
                assert {row[column["name"]] for row in ROWS} <= set(allowed)


HEADER = (
    "provider,code,action,reason_code,suppress_days,max_tries,wait_seconds,meaning\n"
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="missing"),
        pytest.param("provider,code\nmeta,1\n", id="a column is missing"),
        pytest.param(HEADER + "meta,1,explode,x,,1,0,m\n", id="no such action"),
        pytest.param(HEADER + "meta,1,retry,x,,many,0,m\n", id="not a number"),
        pytest.param(HEADER + "meta,1,retry,x\n", id="a short row"),
        pytest.param(
            HEADER + "meta,1,retry,x,,1,0,m\n" * 1 + "meta,1,refuse,x,,1,0,m\n",
            id="twice",
        ),
        pytest.param(HEADER + "meta,1-b,retry,x,,1,0,m\n", id="not a range"),
    ],
)
def test_a_broken_seed_stops_the_run(tmp_path, text):
    path = tmp_path / SEED
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigError):
        load_classes(tmp_path)
