"""The numbers of the report, asked of the marts, with small ones already taken out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sync.errors import ConfigError
from sync.report import queries
from sync.report.few import few, hidden, shown, tells

if TYPE_CHECKING:
    from sync.manifest import Manifest
    from sync.report.queries import Query
    from sync.warehouse import Session

Row = dict[str, Any]
# A count of people that is not shown.
HIDDEN = None


@dataclass(frozen=True, slots=True)
class Facts:
    """
    Everything on the page. A count that is None is hidden (`few.hidden`).

    Attributes:
        least: The smallest count of people that is shown, but for 0.
        decided_at: The build's instant, naive UTC.
        campaigns: One a campaign, the one that reaches most first, with its `reasons`,
            `help` and `trend`.
        totals: Rows that each list has in the warehouse, where it was cut.
    """

    least: int
    decided_at: datetime
    campaigns: list[Row]
    reach: list[Row]
    places: list[Row]
    readiness: list[Row]
    launches: list[Row]
    windows: list[Row]
    results: list[Row]
    funnels: list[Row]
    lift: list[Row]
    costs: list[Row]
    spent: list[Row]
    unsure: Row
    totals: dict[str, int]


def relations(manifest: Manifest) -> dict[str, str]:
    """
    Find where dbt put the marts.

    Raises:
        ConfigError: dbt knows one of them not, as after a replay.
    """
    found = {}
    for name in queries.RELATIONS:
        if not (relation := manifest.relation(name)):
            raise ConfigError(f"dbt knows no {name}. Run `dbt build` first.")
        found[name] = relation
    return found


def gather(session: Session, names: dict[str, str], least: int) -> Facts:
    """
    Ask everything, and take out what is too small to show.

    Raises:
        ConfigError: Nothing has been decided yet.
    """

    def ask(query: Query) -> list[Row]:
        return [
            dict(zip(query.names.split(), map(_plain, row), strict=True))
            for row in session.rows(query.text.format(**names, least=least))
        ]

    campaigns = ask(queries.CAMPAIGNS)
    lists = {
        "places": ask(queries.PLACES),
        "readiness": ask(queries.READINESS),
        "results": ask(queries.RESULTS),
        "costs": ask(queries.COSTS),
    }
    # What came of campaigns that have ended is asked for when none is live.
    if not (told := campaigns or lists["results"]):
        raise ConfigError("No campaign has an audience yet. Run `dbt build` first.")
    _campaigns(campaigns, ask(queries.REASONS), least)
    _trend(campaigns, ask(queries.TREND), least)
    _results(lists["results"], least)
    spent = ask(queries.SPENT)
    _costs(lists["costs"], spent, lists["results"], least)
    [unsure] = ask(queries.UNSURE)
    return Facts(
        least=least,
        decided_at=max(row["decided_at"] for row in told),
        campaigns=campaigns,
        reach=_parted(ask(queries.REACH), least, "reachable", "people"),
        places=_places(lists["places"], least),
        readiness=_readiness(lists["readiness"], least),
        launches=ask(queries.LAUNCHES),
        windows=_grouped(ask(queries.WINDOWS), "channel", "conversations", least),
        results=lists["results"],
        funnels=_each(ask(queries.FUNNELS), least, *FUNNEL),
        lift=_lift(ask(queries.LIFT), least),
        costs=lists["costs"],
        spent=spent,
        unsure=_each([unsure], least, "sendable", "unsure")[0],
        totals={name: _total(rows) for name, rows in lists.items()},
    )


FUNNEL = ("accepted", "delivered", "read", "refused", "failed", "unknown")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral() else float(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value


def _total(rows: list[Row]) -> int:
    return int(rows[0]["total"]) if rows else 0


def _by(rows: list[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _each(rows: list[Row], least: int, *names: str) -> list[Row]:
    for row in rows:
        for name in names:
            if few(int(row[name]), least):
                row[name] = HIDDEN
    return rows


def _parted(rows: list[Row], least: int, part: str, whole: str) -> list[Row]:
    """Hide a whole of few, and a part that tells of few."""
    for row in rows:
        if tells(row[part], row[whole], least):
            row[part] = HIDDEN
    return _each(rows, least, whole)


def _readiness(rows: list[Row], least: int) -> list[Row]:
    for row in rows:
        # Not all of the warehouses sort within a `string_agg` alike.
        row["languages"] = ", ".join(sorted(row["languages"].split(", ")))
    return _each(rows, least, "reachable")


def _grouped(rows: list[Row], key: str, name: str, least: int) -> list[Row]:
    for group in _by(rows, key).values():
        for row, count in zip(
            group, shown([row[name] for row in group], least), strict=True
        ):
            row[name] = count
    return rows


def _campaigns(campaigns: list[Row], reasons: list[Row], least: int) -> None:
    by_campaign = _by(reasons, "campaign_id")
    for campaign in campaigns:
        rows = by_campaign[campaign["campaign_id"]]
        among = [row for row in rows if row["reason_code"] != "sendable"]
        stopped = sum(row["people"] for row in among)
        # Other tables tell who gets it wherever neither part of the audience is few.
        if tells(stopped, campaign["audience"], least):
            among = rows
        out = hidden([row["people"] for row in among], least)
        campaign["hidden_people"] = sum(among[place]["people"] for place in out)
        for place in out:
            among[place]["people"] = HIDDEN
        gets = {row["reason_code"]: row["people"] for row in rows}.get("sendable", 0)
        campaign["sendable"] = gets
        if few(campaign["audience"], least):
            campaign |= {"audience": HIDDEN, "hidden_people": HIDDEN}
        audience = campaign["audience"]
        known = audience is not None and gets is not None
        campaign["stopped"] = audience - gets if known else HIDDEN
        campaign["reasons"] = rows
        campaign["help"] = _help(rows)


def _help(reasons: list[Row]) -> list[Row]:
    """Tell what would help how many, of the reasons shown: most first."""
    helped: dict[str, Row] = {}
    for row in sorted(reasons, key=lambda one: -(one["people"] or 0)):
        if row["can_help"] and row["people"]:
            what = row["what_to_do"]
            one = helped.setdefault(
                what, {"what_to_do": what, "people": 0, "reasons": []}
            )
            one["people"] += row["people"]
            one["reasons"].append(row["marketer_label"])
    return sorted(helped.values(), key=lambda one: -one["people"])


def _trend(campaigns: list[Row], nights: list[Row], least: int) -> None:
    by_campaign = _by(nights, "campaign_id")
    for campaign in campaigns:
        mine = by_campaign[campaign["campaign_id"]]
        campaign["trend"] = _parted(mine, least, "sendable", "audience")


def _places(rows: list[Row], least: int) -> list[Row]:
    for group in _by(rows, "campaign_id").values():
        people = [row["people"] for row in group]
        gets = [row["sendable"] for row in group]
        stopped = [row["people"] - row["sendable"] for row in group]
        whole = hidden(people, least)
        parts = whole | hidden(gets, least) | hidden(stopped, least)
        for place, row in enumerate(group):
            row["stopped"] = stopped[place]
            if few(row["top_people"], least) or place in parts:
                row["top_reason"] = HIDDEN
            if place in parts:
                row |= {"sendable": HIDDEN, "stopped": HIDDEN}
            if place in whole:
                row["people"] = HIDDEN
            del row["top_people"]
    return rows


# The page shows their sums by campaign.
SUMMED = ("accepted_count", "delivered_count", "read_count")
COUNTS = (
    *("decided_count", "failed_count", "refused_count", "unknown_count"),
    *("customer_count", "replied_count", "stopped_count", "window_open_count"),
    "bought_count",
)


def _results(rows: list[Row], least: int) -> None:
    for name in SUMMED:
        _grouped(rows, "campaign_id", name, least)
    _each(rows, least, *COUNTS)


def _lift(rows: list[Row], least: int) -> list[Row]:
    """A rate of a few people is nobody's business: both groups must be shown."""
    for row in rows:
        over = [
            row[f"{group}_count"] - row[f"{group}_window_open_count"]
            for group in ("treated", "held_out")
        ]
        if any(count < least for count in over):
            rates = ("treated_rate", "held_out_rate", "lift", "lift_low", "lift_high")
            row.update(dict.fromkeys(rates))
        row["treated_over"], row["held_out_over"] = over
    names = ("treated_count", "held_out_count", "treated_over", "held_out_over")
    bought = ("treated_bought_count", "held_out_bought_count")
    return _each(rows, least, *names, *bought)


def _costs(rows: list[Row], spent: list[Row], results: list[Row], least: int) -> None:
    """Hide what the results hide and no country alone; sum what is left."""
    messages = _unsaid(rows, "message_count", results, "accepted_count", least)
    billed = _unsaid(rows, "billed_count", results, "delivered_count", least)
    # A cost by its price is a count.
    billed |= messages
    totals = {total["currency"]: total for total in spent}
    for place in billed:
        row = rows[place]
        if not (few(row["message_count"], least) or few(row["billed_count"], least)):
            # The others are in no sum.
            total = totals[row["currency"] or ""]
            total["messages"] -= row["message_count"]
            total["billed"] -= row["billed_count"]
            total["cost"] -= row["cost"] or 0
            total["left_out"] += 1
        row |= dict.fromkeys(("billed_count", "cost"))
    for place in messages:
        rows[place]["message_count"] = HIDDEN


def _unsaid(
    rows: list[Row], name: str, results: list[Row], total: str, least: int
) -> set[int]:
    """Choose the places not to show of `rows`, whose sums by channel are `results`."""
    gone = {_way(row) for row in results if row[total] is HIDDEN}
    ways: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        ways[_way(row)].append(place)
    out: set[int] = set()
    for way, places in ways.items():
        counts = [rows[place][name] for place in places]
        among = hidden(counts, least, range(len(places)) if way in gone else ())
        out |= {places[place] for place in among}
    return out


def _way(row: Row) -> tuple[str, ...]:
    return row["campaign_id"], row["channel"], row["destination"]
