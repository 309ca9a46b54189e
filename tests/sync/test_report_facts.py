"""The report's numbers: what one table hides, no other table of the page tells."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import ConfigError
from sync.report import queries
from sync.report.facts import gather
from sync.report.page import render

NIGHT = datetime(2026, 11, 18, 10, 5)  # noqa: DTZ001 - naive UTC, as all of it.
NAMES = {name: name for name in queries.RELATIONS}
LEAST = 5


class Told:
    """A session that answers each query with rows made by hand; what they lack is 0."""

    def __init__(self, **answers):
        answers = {"UNSURE": [{}], **answers}
        self.answers = {
            getattr(queries, name).text.format(**NAMES, least=LEAST): [
                tuple(row.get(key, 0) for key in getattr(queries, name).names.split())
                for row in rows
            ]
            for name, rows in answers.items()
        }

    def rows(self, query):
        return iter(self.answers.get(query, ()))


def one_campaign(gets, *stopped):
    """One campaign in one country, some reasons, and its night in the trend."""
    reasons = {"sendable": gets} | {f"r{n}": count for n, count in enumerate(stopped)}
    base = {"campaign_id": "c", "decided_at": NIGHT, "audience": gets + sum(stopped)}
    base |= {"sendable": gets, "people": base["audience"], "night": "2026-11-18"}
    return gather(
        Told(
            CAMPAIGNS=[base],
            REASONS=[
                base | {"reason_code": name, "people": count}
                for name, count in reasons.items()
            ],
            PLACES=[base | {"top_people": max(stopped)}],
            TREND=[base],
        ),
        NAMES,
        LEAST,
    )


def messages(*, results, costs):
    """Results by campaign and channel; costs by campaign, channel and currency."""
    accepted, sums, left = defaultdict(int), defaultdict(int), defaultdict(int)
    for campaign, _, count in results:
        accepted[campaign] += count
    for _, _, currency, count in costs:
        sums[currency] += count if count >= LEAST else 0
        left[currency] += count < LEAST
    return gather(
        Told(
            CAMPAIGNS=[{"campaign_id": "c", "decided_at": NIGHT, "audience": 100}],
            RESULTS=[
                {"campaign_id": campaign, "channel": channel, "accepted_count": count}
                for campaign, channel, count in results
            ],
            FUNNELS=[
                {"campaign_id": name, "accepted": n} for name, n in accepted.items()
            ],
            COSTS=[
                {"campaign_id": campaign, "channel": channel, "currency": currency}
                | {"message_count": n, "billed_count": n, "cost": n / 100}
                for campaign, channel, currency, n in costs
            ],
            SPENT=[
                {"currency": name, "messages": n, "billed": n, "cost": n / 100}
                | {"left_out": left[name]}
                for name, n in sums.items()
            ],
        ),
        NAMES,
        LEAST,
    )


@given(st.lists(st.integers(0, 20), min_size=2, max_size=6))
def test_who_gets_it_is_hidden_in_every_table_or_in_none(counts):
    facts = one_campaign(*counts)

    [campaign], [place] = facts.campaigns, facts.places
    [night] = campaign["trend"]
    if campaign["audience"] is None:
        return
    gets = [one["sendable"] for one in (campaign, place, night)]
    assert len(set(gets)) == 1, gets
    left = [row["people"] for row in campaign["reasons"]].count(None)
    assert left != 1 or gets[0] is None, "alone it is the audience less the others"


def test_messages_of_a_channel_are_not_the_campaigns_less_the_others():
    facts = messages(
        results=[("c", "whatsapp", 100), ("c", "line", 3), ("c", "rcs", 40)], costs=[]
    )

    assert facts.funnels[0]["accepted"] == 143
    assert [row["accepted_count"] for row in facts.results] == [100, None, None]


def test_messages_of_a_country_are_not_the_channels_less_the_others():
    facts = messages(
        results=[("c", "whatsapp", 103), ("c", "line", 50)],
        costs=[
            ("c", "whatsapp", "EUR", 100),
            ("c", "whatsapp", "EUR", 3),
            ("c", "line", "EUR", 50),
        ],
    )

    assert [row["message_count"] for row in facts.costs] == [None, None, 50]
    assert [row["cost"] for row in facts.costs] == [None, None, 0.5]
    assert [row["messages"] for row in facts.spent] == [50]


def test_a_cost_does_not_say_what_the_results_hide():
    facts = messages(
        results=[("c", "whatsapp", 100), ("c", "line", 3)],
        costs=[("c", "whatsapp", "EUR", 100), ("c", "line", "EUR", 3)],
    )

    assert [row["message_count"] for row in facts.costs] == [None, None]
    assert [row["messages"] for row in facts.spent] == [0]


def test_what_was_spent_is_the_sum_of_what_is_shown():
    """Currencies cut across channels: any other sum would tell of what is hidden."""
    costs = [
        ("c", "line", "USD", 3),
        ("d", "line", "EUR", 3),
        ("d", "rcs", "EUR", 100),
        ("e", "line", "EUR", 40),
    ]
    results = [(campaign, channel, n) for campaign, channel, _, n in costs]

    facts = messages(results=results, costs=costs)

    assert [
        (row["currency"], row["messages"], row["left_out"]) for row in facts.spent
    ] == [("USD", 0, 1), ("EUR", 40, 2)]


def test_who_cannot_be_reached_is_not_all_less_the_others():
    facts = gather(
        Told(
            CAMPAIGNS=[{"campaign_id": "c", "decided_at": NIGHT, "audience": 9}],
            REACH=[{"people": 60, "reachable": n} for n in (0, 3, 30, 57, 60)],
        ),
        NAMES,
        LEAST,
    )

    assert [row["reachable"] for row in facts.reach] == [0, None, 30, None, 60]


def test_languages_stand_in_their_order_whatever_the_warehouse_says():
    facts = gather(
        Told(
            CAMPAIGNS=[{"campaign_id": "c", "decided_at": NIGHT, "audience": 9}],
            READINESS=[{"campaign_id": "c", "languages": "pt, de, en"}],
        ),
        NAMES,
        LEAST,
    )

    assert [row["languages"] for row in facts.readiness] == ["de, en, pt"]


def test_results_are_told_when_every_campaign_has_ended():
    facts = gather(
        Told(RESULTS=[{"campaign_id": "c", "decided_at": NIGHT}]), NAMES, LEAST
    )

    assert facts.decided_at == NIGHT
    assert facts.campaigns == []


def test_without_a_build_there_is_no_report():
    with pytest.raises(ConfigError, match="Run `dbt build` first"):
        gather(Told(), NAMES, LEAST)


def test_a_page_of_ended_campaigns_has_their_results():
    facts = gather(
        Told(
            RESULTS=[{"campaign_id": "gone", "decided_at": NIGHT}],
            FUNNELS=[{"campaign_id": "gone", "accepted": 30, "delivered": 20}],
        ),
        NAMES,
        LEAST,
    )

    page = render(facts, NIGHT)

    assert "No campaign is live." in page
    assert "<em>gone</em>: 20 of 30 messages delivered." in page


def test_a_sum_without_its_hidden_rows_says_so():
    costs = [("c", "line", "USD", 3), ("d", "line", "EUR", 3), ("e", "rcs", "EUR", 40)]
    results = [(campaign, channel, n) for campaign, channel, _, n in costs]
    page = render(messages(results=results, costs=costs), NIGHT)

    assert "<strong>Hidden</strong>: few messages at a time in USD" in page
    assert "At least <strong>0.40 EUR</strong> for 40 of 40 messages; hidden" in page


def test_an_audience_of_few_is_not_drawn_as_nobody():
    page = render(one_campaign(0, 3), NIGHT)

    assert "c: 0 of few get the message" in page
    assert "In the audience: 0" not in page


def test_a_hundred_hidden_with_three_are_not_called_few():
    page = render(one_campaign(10, 3, 100), NIGHT)

    assert "Other reasons, hidden in the table: 103" in page
    assert "few people each" not in page


def test_who_is_about_to_get_it_is_no_sum_of_campaigns():
    told = {"UNSURE": [{"sendable": 103, "unsure": 103}]}
    campaign = {"campaign_id": "c", "decided_at": NIGHT, "audience": 200}
    facts = gather(Told(CAMPAIGNS=[campaign], **told), NAMES, LEAST)

    page = render(facts, NIGHT)

    assert "100.0 % of the messages about to go" in page


def test_a_campaigns_name_is_no_markup_and_its_link_is_followed():
    name = "50% </script><b>off"
    campaign = {"campaign_id": name, "decided_at": NIGHT, "audience": 200}
    page = render(gather(Told(CAMPAIGNS=[campaign]), NAMES, LEAST), NIGHT)

    assert name not in page
    assert 'href="#campaign-50%25%20%3C/script%3E%3Cb%3Eoff"' in page
