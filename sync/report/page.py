"""The numbers and the charts as one page: nothing in it is fetched from anywhere."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

import jinja2

from sync.report import charts

if TYPE_CHECKING:
    from datetime import datetime

    from sync.report.facts import Facts, Row

OLD = timedelta(hours=24)


def render(facts: Facts, made_at: datetime) -> str:
    """Write the page; `made_at` is naive UTC."""
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("sync.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template.filters |= {
        "people": charts.people,
        "sorted_as": lambda value: -1 if value is None else value,
        "share": _share,
        "percent": _percent,
        "points": charts.points,
        "money": _money,
        "day": _day,
        "instant": lambda at: f"{at:%H:%M} UTC on {_day(at)}",
        "names": lambda text: str(text).replace("_", " "),
    }
    drawn = charts.all_of(facts)
    return template.get_template("page.html").render(
        facts=facts,
        made_at=made_at,
        is_old=made_at - facts.decided_at > OLD,
        within=charts.WITHIN,
        charts=set(drawn),
        hints=_hints(facts),
        limits=_limits(facts),
        style=_file("style.css"),
        script=_file("page.js"),
        library=_inline(charts.library()),
        data=_data(drawn),
    )


def _hints(facts: Facts) -> Row:
    """Pick what the opening says of each question."""
    soon = [row for row in facts.windows if row["within_hours"] <= SOON_HOURS]
    hidden = any(row["conversations"] is None for row in soon)
    return {
        "lead": next(iter(facts.campaigns), None),
        "launch": facts.launches[0] if facts.launches else None,
        "soon": None if hidden else sum(row["conversations"] for row in soon),
        "funnel": next((row for row in facts.funnels if row["accepted"]), None),
        "lift": next((row for row in facts.lift if row["lift"] is not None), None),
    }


SOON_HOURS = 3


def _limits(facts: Facts) -> dict[str, int]:
    """Count the rows of each list that are not on the page."""
    listed = {"places": facts.places, "readiness": facts.readiness}
    listed |= {"results": facts.results, "costs": facts.costs}
    return {name: facts.totals[name] - len(rows) for name, rows in listed.items()}


def _file(name: str) -> str:
    text = files("sync.report").joinpath(name).read_text(encoding="utf-8")
    return _inline(text)


def _inline(text: str) -> str:
    """Let `text` of our own stand in a script, which ends at the first end tag."""
    return text.replace("</script", "<\\/script")


def _data(drawn: dict[str, charts.Spec]) -> str:
    """Let JSON with words of others stand in a script: it has no tag in it."""
    return json.dumps(drawn, separators=(",", ":")).replace("<", "\\u003c")


def _share(part: int | None, whole: int | None) -> str:
    if part is None or not whole:
        return ""
    return _percent(part / whole)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _money(amount: float | None, currency: str | None) -> str:
    return "not priced" if amount is None else f"{amount:,.2f} {currency or ''}".strip()


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at.day} {at:%B %Y}"
