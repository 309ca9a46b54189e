"""Templates fetched over real HTTP: changes are kept, half a list never is."""

from __future__ import annotations

import json
from importlib import import_module

import duckdb
import pytest
from click.testing import CliRunner
from pulling import AC, CASES, Case, meta

from sync.cli import main

PAGED = [case for case in CASES if case.is_paged]
BROKEN = [
    "html_502",
    "http_503_before",
    "rate_429",
    "reset",
    "lost_answer",
    "truncated_json",
    "wrong_content_type",
    "empty_200",
]


def called(case):
    return case.provider


@pytest.fixture(params=CASES, ids=called)
def case(request, project):
    """One provider with one active sender."""
    project.sender(request.param.provider, request.param.account)
    return request.param


def several(case, count):
    return [case.make(f"t{number}") for number in range(count)]


def test_what_is_listed_is_appended_once(project, sandbox, case):
    sandbox.lists((case, several(case, 3)))

    first, code = project.pull(case.provider)
    second, again = project.pull()

    told = {"provider": case.provider, "account_id": case.account, "error": None}
    none = {"changed": 0, "vanished": 0}
    assert (first, code) == ([told | {"listed": 3, "added": 3} | none], 0)
    assert (second, again) == ([told | {"listed": 3, "added": 0} | none], 0)
    assert project.rows() == several(case, 3)
    assert project.listings() == 2


def test_a_changed_status_is_one_new_row(project, sandbox, case):
    sandbox.lists((case, several(case, 2)))
    project.pull()
    worse = case.make("t1") | case.worse
    sandbox.lists((case, [case.make("t0"), worse]))

    [told], code = project.pull()

    assert (told["changed"], told["added"], code) == (1, 0, 0)
    assert project.rows() == [*several(case, 2), worse]


def test_a_template_that_vanished_is_told_once_and_may_come_back(
    project, sandbox, case
):
    sandbox.lists((case, several(case, 2)))
    project.pull()
    sandbox.lists((case, several(case, 1)))

    told = [project.pull()[0][0]["vanished"] for _ in range(2)]
    sandbox.lists((case, several(case, 2)))
    [back], _ = project.pull()

    assert told == [1, 0]
    assert back["changed"] == 1
    gone = case.make("t1") | {"ott_listed": False}
    assert project.rows() == [*several(case, 2), gone, case.make("t1")]


@pytest.mark.parametrize("paged", PAGED, ids=called)
def test_every_page_is_read(project, sandbox, monkeypatch, paged):
    monkeypatch.setattr(
        import_module(f"sync.templates.{paged.provider}"), "PAGE_SIZE", 2
    )
    project.sender(paged.provider, paged.account)
    sandbox.lists((paged, several(paged, 4)))

    [told], code = project.pull()

    assert (told["listed"], told["added"], code) == (4, 4, 0)
    assert len(sandbox.spoiler.paths) == (3 if paged.provider == "nhn" else 2)


@pytest.mark.parametrize("paged", PAGED, ids=called)
def test_half_a_page_lost_is_no_list(project, sandbox, monkeypatch, paged):
    monkeypatch.setattr(
        import_module(f"sync.templates.{paged.provider}"), "PAGE_SIZE", 2
    )
    project.sender(paged.provider, paged.account)
    sandbox.lists((paged, several(paged, 4)))
    project.pull()
    sandbox.lists((paged, several(paged, 5)))
    sandbox.spoiler.paths.clear()
    sandbox.spoiler.strikes = {1, 2, 3}

    [told], code = project.pull()

    assert code == 6
    assert "cannot be read" in told["error"]
    assert project.rows() == several(paged, 4)
    assert project.listings() == 1


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_no_answer_is_asked_for_again_and_then_given_up(
    project, sandbox, case, fault
):
    sandbox.lists((case, several(case, 2)))
    sandbox.faults(f"{fault}#1")
    [recovered], fine = project.pull()
    sandbox.lists((case, several(case, 1)))
    sandbox.faults(fault)

    [told], code = project.pull()

    assert (recovered["listed"], fine) == (2, 0)
    assert code == 6
    assert told["error"].endswith("Try again later.")
    assert project.rows() == several(case, 2)
    assert project.listings() == 1


def test_a_refused_login_stops_and_shows_no_secret(project, sandbox, case):
    sandbox.lists((case, several(case, 2)))
    project.env.setenv(case.secret, "canary-7f31-but-wrong")

    [told], code = project.pull()

    assert code == 5
    assert "credentials" in told["error"]
    assert project.rows() == []
    assert project.listings() == 0


def test_one_provider_that_fails_stops_no_other(project, sandbox):
    for case in CASES:
        project.sender(case.provider, case.account)
    sandbox.lists(*((case, several(case, 2)) for case in CASES))
    project.env.delenv("OTT_INFOBIP_API_KEY")
    project.env.setenv("OTT_KAKAO_SECRET_KEY", "wrong")

    told, code = project.pull()

    assert code == 5
    assert {one["provider"] for one in told if one["error"]} == {"infobip", "nhn"}
    assert len(project.rows()) == 6


def test_a_token_that_died_is_asked_for_anew(project, sandbox):
    case = next(case for case in CASES if case.provider == "wechat")
    project.sender("wechat", case.account)
    sandbox.lists((case, several(case, 2)))
    sandbox.faults("code:40001#1")

    [told], code = project.pull()

    assert (told["listed"], code) == (2, 0)


@pytest.mark.parametrize(
    ("provider", "account"),
    [
        ("twilio", "AC" + "1" * 32),
        ("wechat", "wx-another"),
        ("meta", "me/phone_numbers?x"),
        ("infobip", "me"),
        ("nhn", "a/b"),
    ],
)
def test_an_account_that_is_not_ours_is_not_asked_for(
    project, sandbox, provider, account
):
    project.sender(provider, account)

    [told], code = project.pull()

    assert code == 3
    assert "template_account_id" in told["error"]
    assert sandbox.spoiler.paths == []


def test_only_active_senders_have_their_templates_fetched(project, sandbox):
    project.sender("meta", "1001", "restricted")
    project.sender("line", "x")
    project.sender("meta", None)

    assert project.pull() == ([], 0)
    assert project.pull("meta") == ([], 3)
    assert "No active sender of meta" in project.printed
    assert sandbox.spoiler.paths == []


def test_a_sender_of_kakao_is_one_of_nhn_cloud(project, sandbox):
    case = next(case for case in CASES if case.provider == "nhn")
    project.sender("kakao", case.account)
    project.sender("nhn", case.account)
    sandbox.lists((case, several(case, 2)))

    [told], code = project.pull("nhn")

    assert (told["added"], code) == (2, 0)


def test_two_accounts_are_two_lists(project, sandbox):
    other = Case("meta", "1002", meta, {}, "")
    for account in ("1001", "1002", "1002"):
        project.sender("meta", account)
    sandbox.lists((CASES[0], several(CASES[0], 1)), (other, several(other, 2)))

    told, code = project.pull()

    assert [(one["account_id"], one["listed"]) for one in told] == [
        ("1001", 1),
        ("1002", 2),
    ]
    assert code == 0


def test_links_to_samples_are_no_change(project, sandbox):
    def signed(signature):
        header = {"type": "HEADER", "format": "IMAGE"}
        header["example"] = {"header_handle": [f"https://cdn.example/{signature}"]}
        return meta("t") | {"components": [header]}

    project.sender("meta", "1001")
    sandbox.lists((CASES[0], [signed("a")]))
    project.pull()
    sandbox.lists((CASES[0], [signed("b")]))

    [told], _ = project.pull()

    assert (told["added"], told["changed"]) == (0, 0)


def test_what_was_filled_in_by_hand_is_compared_too(project, sandbox):
    project.sender("meta", "1001")
    rows = [
        ("2026-11-01T00:00:00Z", "Meta", "1001", json.dumps(meta("t0"))),
        ("2026-11-02 00:00:00", "meta", "1001", json.dumps(meta("t1"))),
        ("2026-11-01 23:00:00-02:00", "meta", "1001", json.dumps({"name": "old"})),
        ("2026-11-03 00:00:00", "meta", "1001", '{"torn'),
        ("soon", "meta", "1001", json.dumps(meta("t2"))),
        ("2026-11-03 00:00:00", "twilio", "1001", json.dumps(meta("t3"))),
        ("2026-11-03 00:00:00", "meta", "1002", json.dumps(meta("t4"))),
    ]
    for row in rows:
        project.sql("insert into raw.raw_templates values (?, ?, ?, ?)", *row)
    sandbox.lists((CASES[0], several(CASES[0], 3)))

    [told], code = project.pull()

    assert (told["added"], told["changed"], told["vanished"], code) == (1, 0, 0, 0)


def test_the_demos_file_takes_the_rows_of_a_view(project, sandbox, tmp_path):
    landing = tmp_path / "raw_templates.jsonl"
    landing.write_text('{"torn')
    project.sql(
        "drop table raw.raw_templates;"
        "create view raw.raw_templates as select fetched_at, provider, account_id,"
        f"payload from read_json('{landing}', format = 'newline_delimited',"
        "ignore_errors = true, columns = {fetched_at: 'VARCHAR', provider: 'VARCHAR',"
        "account_id: 'VARCHAR', payload: 'VARCHAR'})"
    )
    project.sender("meta", "1001")
    sandbox.lists((CASES[0], several(CASES[0], 2)))

    _, refused = project.pull()
    told = [project.pull("--landing", str(landing)) for _ in range(2)]

    assert refused == 4
    assert "--landing" in project.printed
    assert [(one["added"], code) for [one], code in told] == [(2, 0), (0, 0)]
    assert project.rows() == several(CASES[0], 2)
    assert project.listings() == 2


def test_a_held_warehouse_is_said_in_one_line(project, sandbox):
    project.sender("meta", "1001")
    with duckdb.connect(str(project.file), read_only=False):
        done = CliRunner().invoke(main, ["templates", "pull", "--wait", "0"])

    assert done.exit_code == 4
    assert done.stderr.startswith("Error: Another program holds the warehouse.")
    assert done.stderr.count("\n") == 1


def test_the_lines_for_a_person_say_the_same(project, sandbox):
    project.sender("meta", "1001")
    project.sender("twilio", AC)
    sandbox.lists((CASES[0], several(CASES[0], 2)))
    project.env.setenv("OTT_TWILIO_CONTENT_BASE_URL", "")

    done = CliRunner().invoke(main, ["templates", "pull"])

    assert done.exit_code == 3
    assert done.stdout == "meta 1001: 2 listed, 2 new, 0 changed, 0 vanished\n"
    assert done.stderr.startswith("Error: twilio: OTT_TWILIO_BASE_URL is set")
