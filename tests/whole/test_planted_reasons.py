"""Ten people for each reason, planted as raw rows: the page has just those numbers."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
import reasons_world
from browser import needs_chromium, opened
from conftest import ROOT, Warehouse
from reasons_world import (
    AS_OF,
    CASES,
    ELSEWHERE,
    LISTED,
    TEN,
    TO_ANOTHER_SENDER,
)

from sync.demo.files import write

# A whole build of its own.
pytestmark = pytest.mark.long

PAIRED = (
    *("merge_unresolved", "already_messaged", "address_already_messaged"),
    *("other_customer_chosen", "holdout"),
)
# WhatsApp comes after the channels of their country: there it is no yes that they lack.
FIRST_ELSEWHERE = ("template_language_missing", "platform_country_block")
# Whoever is stopped after the template is asked for, and the ten who are sent to.
PAST_TEMPLATES = (
    *("template_language_missing", "template_params_invalid", "label_missing"),
    *("platform_country_block", "unknown_time_zone", "refused_recently"),
    *("attempts_used", "cap_law", "cap_person", "already_messaged"),
    *("address_already_messaged", "other_customer_chosen", "holdout", "sendable-a"),
)
# What stops every one of a campaign's people who got so far.
OF_THE_CAMPAIGN = {
    ("winback_no_template", "template_missing"): len(PAST_TEMPLATES) * TEN,
    ("winback_spring_sale", "template_not_approved"): len(PAST_TEMPLATES) * TEN,
    ("winback_paused_promo", "template_not_approved"): len(PAST_TEMPLATES) * TEN,
    ("winback_old_promo", "category_changed"): len(PAST_TEMPLATES) * TEN,
    ("winback_sms", "channel_not_connected"): TEN,
    ("winback_offer_list", "content_not_supported"): TEN,
    ("winback_reminder", "country_not_in_campaign"): TEN,
    ("winback_reminder", "template_language_missing"): TEN,
    ("winback_reminder", "platform_country_block"): TEN,
    # Both of each pair at one number, of whom one gets the other campaign.
    ("winback_reminder", "other_campaign_won"): 2 * TEN,
    ("winback_other_account", "template_stale"): TEN,
    ("winback_second_brand", "sender_restricted"): TEN,
    ("chat_followup", "no_time_left"): TEN,
    ("chat_followup", "sendable"): TEN,
    # Whoever has a conversation is asked of both, with time left or without.
    ("service_template", "policy_missing"): 2 * TEN,
    ("login_code", "not_batch_sent"): TEN,
    ("delivery_update", "sendable"): TEN,
    ("delivery_update", "campaign_limit"): TEN,
    ("delivery_update", "sender_limit"): TEN,
}
# Not planted here, and why; it is reached by a unit test (test_agreement).
NOT_PLANTED = {
    "other_channel_chosen": "never a person's first reason: another channel sends",
}


def expected_of_winback():
    """What the page of the campaign shows: reason and people."""
    named = {*CASES, *LISTED, *ELSEWHERE, *PAIRED} - {*FIRST_ELSEWHERE}
    counts = Counter(dict.fromkeys(named, TEN))
    counts["consent_none"] += TEN * len((*FIRST_ELSEWHERE, *TO_ANOTHER_SENDER))
    counts["sendable"] += TEN
    return {code: str(count) for code, count in counts.items()}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    home = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "profiles.example.yml", home / "profiles.yml")
    write(reasons_world.planted(), home / "raw")
    made = Warehouse(home)
    made.dbt("build", "--exclude", "test_type:unit", as_of=AS_OF)
    return made


@pytest.fixture(scope="module")
def shown(planted):
    """People by campaign and reason, as the page has them."""
    path = planted.home / "report.html"
    done = planted.ott("report", "--out", str(path))
    assert done.returncode == 0, done.stderr
    read = """
        panels => Object.fromEntries(panels.map(panel => [
            panel.dataset.campaign,
            Object.fromEntries([...panel.querySelectorAll('tr[data-reason]')].map(
                row => [row.dataset.reason, row.cells[2].textContent.trim()]
            )),
        ]))
    """
    with opened(path, ready="html[data-ready]") as (page, said):
        found = page.eval_on_selector_all("#stops .panel", read)
        assert said == []
    return found


@needs_chromium
def test_each_reason_of_a_person_has_its_ten_on_the_page(shown):
    assert shown["winback_lapsed"] == expected_of_winback()


@needs_chromium
def test_each_reason_of_a_campaign_has_its_tens_on_the_page(shown):
    found = {key: shown[key[0]].get(key[1]) for key in OF_THE_CAMPAIGN}

    assert found == {key: str(count) for key, count in OF_THE_CAMPAIGN.items()}


def test_every_reason_is_planted_or_is_told_why_not(planted):
    codes = planted.ask("select reason_code from ott_reference.eligibility_reasons")
    there = {*expected_of_winback(), *(code for _, code in OF_THE_CAMPAIGN)}

    assert {code for (code,) in codes} == there | {*NOT_PLANTED}
    assert there & {*NOT_PLANTED} == set()
