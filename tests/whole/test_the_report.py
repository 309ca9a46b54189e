"""The report, as a marketer opens it: from a file, without a network."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from browser import faults, needs_chromium, opened

READY = "html[data-ready]"
QUESTIONS = ("reach", "stops", "ready", "windows", "results")
# Ten people for each reason, in a campaign of its own; all else as in the demo.
PLANT = """
    insert into ott_marts.fct_campaign_decisions
    select decisions.* replace (
        'planted' as campaign_id,
        reasons.reason_code || '-' || person as customer_id,
        reasons.reason_code || '-' || person as delivery_key,
        reasons.reason_code as reason_code,
        reasons.marketer_label as marketer_label,
        'DE' as country_code,
        reasons.reason_code = 'sendable' as is_sendable,
        true as is_first_channel
    )
    from (select * from ott_marts.fct_campaign_decisions limit 1) as decisions
    cross join ott_reference.eligibility_reasons as reasons
    cross join range(10) as people(person)
"""
# Two builds of two earlier nights; a campaign that was sent, held back and priced.
NIGHTS = """
    insert into ott_marts.fct_waterfall_history
    select history.* replace (
        'build-' || ago as build_id,
        history.decided_at - to_days(ago::integer) as decided_at
    )
    from ott_marts.fct_waterfall_history as history
    cross join range(1, 3) as nights(ago)
"""
SENT = """
    update ott_marts.fct_campaign_results set
        decided_count = 1000, accepted_count = 900, not_tried_count = 0,
        delivered_count = 800, read_count = 700, failed_count = 60,
        refused_count = 97, unknown_count = 3, customer_count = 890,
        replied_count = 80, stopped_count = 12, bought_count = 55
    where campaign_id = 'winback_lapsed' and destination = 'twilio'
"""
LIFT = """
    update ott_marts.fct_campaign_lift set
        treated_count = 890, treated_window_open_count = 0, treated_bought_count = 55,
        held_out_count = 200, held_out_window_open_count = 0,
        held_out_bought_count = 3, treated_rate = 0.061798, held_out_rate = 0.015,
        lift = 0.046798, lift_low = 0.018211, lift_high = 0.067812,
        has_enough_people = true
    where campaign_id = 'winback_lapsed'
"""
COSTS = """
    insert into ott_marts.fct_campaign_costs
    select * replace (
        'winback_lapsed' as campaign_id, 'DE' as country_code, 900 as message_count,
        800 as billed_count, 40.5 as total_cost, 'EUR' as currency, true as is_priced
    )
    from ott_marts.fct_campaign_costs limit 1
"""


@pytest.fixture(scope="module")
def planted(built, tmp_path_factory):
    made = built.copy(tmp_path_factory.mktemp("report") / "home")
    waterfall = next(
        (made.home / "target/compiled").rglob("fct_audience_waterfall.sql")
    ).read_text(encoding="utf-8")
    for statement in (
        PLANT,
        f"create table waterfall as {waterfall}",
        "delete from ott_marts.fct_audience_waterfall",
        "insert into ott_marts.fct_audience_waterfall select * from waterfall",
        *(NIGHTS, SENT, LIFT, COSTS),
    ):
        made.ask(statement)
    return made


@pytest.fixture(scope="module")
def report(planted):
    path = planted.home / "report.html"
    done = planted.ott("report", "--out", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bytes"] == path.stat().st_size
    return path


@pytest.fixture(scope="module")
def opened_report(report):
    with opened(report, ready=READY) as (page, said):
        yield page, said


@pytest.fixture
def page(opened_report):
    page, _ = opened_report
    page.reload()
    page.wait_for_selector(READY, state="attached")
    return page


def cells(page, rows):
    return page.eval_on_selector_all(
        rows,
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))",
    )


def people(count, least=5):
    return "few" if 0 < count < least else f"{count:,}"


def test_nothing_of_a_person_is_in_it(planted, report):
    text = report.read_text(encoding="utf-8")
    people = planted.ask(
        "select customer_id from ott_marts.fct_campaign_decisions union "
        "select address from ott_sync.sync_whatsapp union "
        "select address from ott_sync.sync_line"
    )

    assert len(people) > 500
    assert [person for (person,) in people if person in text] == []


def test_nothing_in_it_is_fetched(report):
    text = report.read_text(encoding="utf-8").lower()

    for fetched in ('<link rel="style', "<script src", "<img", "@import", "url("):
        assert fetched not in text.split('<script type="application/json"')[0], fetched


@needs_chromium
def test_ten_people_in_each_reason_are_ten_on_the_page(planted, page):
    [(reasons,)] = planted.ask("select count(*) from ott_reference.eligibility_reasons")
    page.goto(page.url.split("#")[0] + "#campaign-planted")
    page.wait_for_selector("#campaign-planted svg")
    rows = "#campaign-planted table tbody tr"

    shown = [row[2] for row in cells(page, rows)]

    assert shown == ["10"] * reasons
    assert page.locator("#campaign-planted").is_visible()
    assert page.text_content("#campaign-planted h3") == (
        f"planted: 10 of {reasons * 10} get the message"
    )
    chart = page.locator("#campaign-planted .chart").get_attribute("aria-label")
    assert f"In the audience: {reasons * 10}" in chart
    assert chart.count(": 10;") + chart.endswith(": 10") == reasons


@needs_chromium
def test_the_figures_are_the_marts(planted, page):
    campaigns = planted.ask(
        "select campaign_id, sum(customer_count), "
        "sum(customer_count) filter (where reason_code = 'sendable') "
        "from ott_marts.fct_audience_waterfall group by all"
    )
    places = planted.ask(
        "select country_code, sum(customer_count) from "
        "ott_marts.fct_audience_waterfall where campaign_id = 'winback_lapsed' "
        "group by all"
    )

    shown = {row[0]: row[1:3] for row in cells(page, "#campaigns tbody tr")}

    assert shown == {
        name: [people(audience), people(gets or 0)]
        for name, audience, gets in campaigns
    }
    countries = cells(page, "#places-table tbody tr[data-campaign_id=winback_lapsed]")
    assert len(countries) >= len(places)
    whole = [int(row[3]) for row in countries if row[3] != "few"]
    assert 0 < sum(whole) <= sum(count for _, count in places)
    results = cells(page, "#results-table tbody tr")
    assert results[0][3:] == [
        *("1,000", "900", "800", "700", "60", "97", "few"),
        *("890", "80", "12", "55", "0"),
    ]
    [lift] = cells(page, "#lift-table tbody tr")
    assert lift[5:] == ["+4.7", "+1.8 to +6.8", "yes"]
    assert "40.50 EUR for 800 of 900 messages" in page.text_content("#cost .sums")
    nights = cells(page, "#trend [data-campaign=thank_you] tbody tr")
    assert [row[0] for row in nights] == ["2026-11-16", "2026-11-17", "2026-11-18"]
    assert nights[-1][1:] == ["59", "33"]


@needs_chromium
def test_no_few_people_are_a_number(page):
    shown = page.eval_on_selector_all(
        "table:not(#ready-table) td.number, .sums strong, .help li",
        "cells => cells.map(cell => cell.textContent.trim())",
    )
    drawn = page.text_content("#charts")

    assert "few" in shown
    assert [text for text in shown if text in ("1", "2", "3", "4")] == []
    assert not re.search(r'(: |\bis )[1-4]( of [\d,]+)?[";]', drawn)
    assert ": few" in drawn


@needs_chromium
def test_a_table_sorts_by_the_column_that_is_pressed(page):
    head = page.locator("#campaigns thead th").nth(1)
    for direction in ("descending", "ascending"):
        head.locator("button").press("Enter")
        shown = [
            int(row[1].replace(",", "")) for row in cells(page, "#campaigns tbody tr")
        ]
        assert head.get_attribute("aria-sort") == direction
        assert shown == sorted(shown, reverse=direction == "descending")
        assert len(set(shown)) > 2


@needs_chromium
def test_a_filter_leaves_the_rows_that_fit_and_the_chart_follows(page):
    page.select_option("#places-table-campaign_id", "winback_lapsed")
    page.select_option("#places-table-channel", "line")
    rows = cells(page, "#places-table tbody tr:not([hidden])")

    assert rows
    assert {(row[0], row[2]) for row in rows} == {("winback_lapsed", "line")}
    told = page.text_content("[data-table=places-table] output")
    assert told.startswith(f"{len(rows)} of ")
    largest = next(row for row in rows if row[3] != "few")
    drawn = f'[data-chart=places][aria-label*="people: {largest[1]}: "]'
    page.wait_for_selector(drawn, timeout=20_000)

    page.fill("#places-table-text", "nothing is called this")
    assert not cells(page, "#places-table tbody tr:not([hidden])")
    assert page.locator("[data-chart=places]").is_hidden()


@needs_chromium
def test_each_question_is_answered_by_a_click_on_it(planted, page):
    """As a marketer would, from the opening: what is then in view has the answer."""
    links = page.locator(".questions a")
    asked = [links.nth(place).get_attribute("href") for place in range(links.count())]
    assert asked == [f"#{name}" for name in QUESTIONS]
    page.evaluate("history.replaceState(null, '', location.pathname)")
    page.reload()
    page.wait_for_selector("#stops .panel:not([hidden]) svg")
    for name, answer in answers(planted).items():
        page.evaluate("scrollTo(0, 0)")
        page.click(f'.questions a[href="#{name}"]')

        shown = (
            page.locator(f"#{name}").get_by_text(answer).locator("visible=true").first
        )
        shown.wait_for()
        box = shown.bounding_box()
        assert 0 <= box["y"] <= 900 - box["height"], f"{name}: {answer}"


def answers(planted):
    """What the marts say to each question, in the page's words."""
    [(lead, audience, sendable)] = planted.ask(
        "select campaign_id, sum(customer_count) as audience, coalesce(sum("
        "customer_count) filter (where reason_code = 'sendable'), 0) as sendable "
        "from ott_marts.fct_audience_waterfall group by all "
        "order by sendable desc, audience desc, campaign_id limit 1"
    )
    [(helps, helped)] = planted.ask(
        "select what_to_do, sum(customer_count) as people "
        f"from ott_marts.fct_audience_waterfall where campaign_id = '{lead}' "
        "and what_to_do not like 'Nothing%' group by all order by people desc limit 1"
    )
    [(unready, parts)] = planted.ask(
        "select count(*) filter (where not is_ready), count(*) "
        "from ott_marts.fct_campaign_readiness where campaign_id = 'winback_new_year'"
    )
    [(accepted,)] = planted.ask(
        "select sum(accepted_count) from ott_marts.fct_campaign_results "
        "where campaign_id = 'winback_lapsed' and destination != 'holdout'"
    )
    return {
        "reach": f"{lead}: {sendable} of {audience}",
        "stops": re.compile(f"^{helps}: {helped} people"),
        "ready": f"{unready} of its {parts} parts",
        "windows": re.compile("whatsapp, in 12 to 24 hours: [0-9]+"),
        "results": f"accepted: {accepted}",
    }


@needs_chromium
def test_a_campaigns_reasons_are_two_clicks_away(page):
    page.click('.questions a[href="#reach"]')
    page.click("#campaigns a[href='#campaign-thank_you']")

    box = page.locator("#campaign-thank_you h3").bounding_box()
    assert 0 <= box["y"] < 300
    targets = page.eval_on_selector_all(
        "a[href^='#']",
        "links => links.filter(a => !document.getElementById("
        "a.getAttribute('href').slice(1))).length",
    )
    assert targets == 0


@needs_chromium
def test_a_campaign_is_chosen_in_every_section_at_once(page):
    page.select_option("#stops-campaign", "thank_you")

    shown = page.eval_on_selector_all(
        ".panel:not([hidden])", "panels => panels.map(panel => panel.dataset.campaign)"
    )
    assert shown == ["thank_you", "thank_you"]
    assert page.input_value("#trend-campaign") == "thank_you"
    for section in ("stops", "trend"):
        page.wait_for_selector(f"#{section} [data-campaign=thank_you] svg")


@needs_chromium
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_serious_fault(opened_report, scheme, width):
    page, _ = opened_report
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    page.wait_for_selector("#stops .panel:not([hidden]) svg")

    assert faults(page) == []
    # A campaign's name may be long, and a list of choices is as wide as its longest.
    longer = "all => all.forEach(one => one.textContent = one.textContent.repeat(20))"
    page.eval_on_selector_all("option", longer)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, "nothing but a table scrolls sideways"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


@needs_chromium
def test_the_console_stayed_silent(opened_report):
    """The last test of this file: the page was used by all of the others."""
    _, said = opened_report

    assert said == []


def test_no_database_is_one_line_with_the_next_step(planted, tmp_path):
    shutil.copy(planted.home / "profiles.yml", tmp_path)

    done = type(planted)(tmp_path).ott("report", "--out", str(tmp_path / "report.html"))

    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "Error: No manifest.json. Run `dbt build` first."
    ]
    assert not (tmp_path / "report.html").exists()
