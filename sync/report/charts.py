"""The charts, as Vega-Lite by Altair. Colours are the page's own, light or dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.errors import ConfigError

if TYPE_CHECKING:
    from sync.report.facts import Facts, Row

try:
    import altair as alt
    import vl_convert
except ImportError:
    raise ConfigError(
        "The report needs its charts. "
        "Run `pip install -c requirements.lock -e '.[report]'`."
    ) from None

Spec = dict[str, Any]
# CSS variables of style.css: an SVG takes them as they stand.
INK, SOFT, LINE = "var(--ink)", "var(--soft)", "var(--line)"
MARK, REST, PAPER = "var(--mark)", "var(--rest)", "var(--paper)"
STEP = 40
MOST_BARS = 15


def library() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script, which needs no network."""
    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg] # Its stub errs.


def people(count: int | None) -> str:
    """Write a count of people; a hidden one is few, or would tell of a few."""
    return "few" if count is None else f"{count:,}"


def all_of(facts: Facts) -> dict[str, Spec]:
    """Draw every chart of the page, by the name its place has there."""
    charts = {
        "places": _bars("People reached by country, of those in the audience", []),
        "windows": _windows(facts),
    }
    known = [row for row in facts.campaigns if row["audience"] is not None]
    if known:
        charts["reach"] = _bars(
            "People each campaign reaches, of its audience",
            [
                _bar(row["campaign_id"], row["audience"], row["sendable"])
                for row in known[:MOST_BARS]
            ],
        )
    for place, campaign in enumerate(facts.campaigns):
        if campaign["audience"] is not None:
            charts[f"waterfall-{place}"] = _waterfall(campaign)
        if any(night["audience"] for night in campaign["trend"]):
            charts[f"trend-{place}"] = _trend(campaign)
    for place, funnel in enumerate(facts.funnels):
        charts[f"funnel-{place}"] = _funnel(funnel)
    if lift := [row for row in facts.lift if row["lift"] is not None]:
        charts["lift"] = _lift(lift)
    return charts


def _bar(name: str, whole: int, part: int | None) -> Row:
    return {
        "name": name,
        "whole": whole,
        "part": part or 0,
        "label": f"{name}: {people(part)} of {whole:,}",
    }


def _of(rows: list[Row]) -> alt.Chart:
    chart: alt.Chart = alt.Chart(alt.InlineData(values=rows))
    return chart


def _rows(chart: Any, title: str, count: int) -> Spec:
    """Finish a chart of lines under each other, each with its words above its bar."""
    return dict(
        chart.properties(
            width="container", height=max(count, 1) * STEP, description=title
        )
        .configure_view(stroke=None)
        .to_dict(validate=False)
    )


def _row(order: list[str] | None) -> alt.Y:
    scale = alt.Scale(paddingInner=0.62, paddingOuter=0.31)
    return alt.Y("name:N", sort=order, axis=None, scale=scale)


def _words(base: alt.Chart) -> alt.Chart:
    text = base.mark_text(align="left", baseline="bottom", dy=-10, color=INK, limit=330)
    words: alt.Chart = text.encode(x=alt.value(0), text="label:N")
    return words


def _bars(title: str, rows: list[Row]) -> Spec:
    """An outline for the whole, a filled bar in it for the part: no colour needed."""
    base = _of(rows).encode(y=_row(None))
    axis = alt.X("whole:Q", axis=None)
    whole = base.mark_bar(fill=PAPER, stroke=REST, strokeWidth=1).encode(x=axis)
    part = base.mark_bar(fill=MARK).encode(x="part:Q")
    told = ", ".join(row["label"] for row in rows[:3])
    return _rows(alt.layer(whole, part, _words(base)), f"{title}: {told}", len(rows))


def _waterfall(campaign: Row) -> Spec:
    """From the audience to who gets the message, one step a reason."""
    audience = campaign["audience"]
    rows = [_span("In the audience", 0, audience, "whole")]
    left = audience
    stopping = [row for row in campaign["reasons"] if row["reason_code"] != "sendable"]
    for row in sorted(stopping, key=lambda one: -(one["people"] or 0)):
        if row["people"]:
            rows.append(_span(row["marketer_label"], left - row["people"], left))
            left -= row["people"]
    few_each = left - (campaign["sendable"] or 0)
    if few_each and campaign["sendable"] is not None:
        rows.append(_span("Other reasons, hidden in the table", left - few_each, left))
    if campaign["sendable"] is not None:
        rows.append(_span("Get the message", 0, campaign["sendable"], "part"))
    else:
        rows.append(_span("Other reasons, or get the message", 0, left))
    base = _of(rows).encode(y=_row([row["name"] for row in rows]))
    kinds = ["whole", "step", "part"]
    fill = alt.Scale(domain=kinds, range=[PAPER, REST, MARK])
    bars = base.mark_bar(stroke=REST, strokeWidth=1).encode(
        x=alt.X("begins:Q", axis=None),
        x2="ends:Q",
        fill=alt.Fill("kind:N", scale=fill, legend=None),
    )
    told = "; ".join(row["label"] for row in rows)
    title = f"From the audience of {campaign['campaign_id']} to who gets it: {told}"
    return _rows(alt.layer(bars, _words(base)), title, len(rows))


def _span(name: str, begins: int, ends: int, kind: str = "step") -> Row:
    return {
        "name": name,
        "begins": begins,
        "ends": ends,
        "kind": kind,
        "label": f"{name}: {ends - begins:,}",
    }


WITHIN = {
    1: "within 1 hour",
    3: "in 1 to 3 hours",
    6: "in 3 to 6 hours",
    12: "in 6 to 12 hours",
    24: "in 12 to 24 hours",
    99: "later",
}


def _windows(facts: Facts) -> Spec:
    rows = [
        _bar(
            f"{row['channel']}, {WITHIN[row['within_hours']]}",
            row["conversations"] or 0,
            row["conversations"],
        )
        for row in facts.windows
    ]
    for row, window in zip(rows, facts.windows, strict=True):
        count = people(window["conversations"])
        row["label"] = f"{row['name']}: {count}"
    base = _of(rows).encode(y=_row([row["name"] for row in rows]))
    bars = base.mark_bar(fill=MARK).encode(x=alt.X("whole:Q", axis=None))
    told = "; ".join(row["label"] for row in rows)
    title = f"Open conversations by when they close: {told}"
    return _rows(alt.layer(bars, _words(base)), title, len(rows))


STEPS = ("accepted", "delivered", "read")


def _funnel(funnel: Row) -> Spec:
    rows: list[Row] = [
        {
            "name": step,
            "whole": funnel[step] or 0,
            "label": f"{step}: {people(funnel[step])}",
        }
        for step in STEPS
    ]
    base = _of(rows).encode(y=_row([*STEPS]))
    bars = base.mark_bar(fill=MARK).encode(x=alt.X("whole:Q", axis=None))
    told = "; ".join(row["label"] for row in rows)
    title = f"Messages of {funnel['campaign_id']}: {told}"
    return _rows(alt.layer(bars, _words(base)), title, len(rows))


def _lift(rows: list[Row]) -> Spec:
    """The difference with its interval; the line at 0 is "it may have done nothing"."""
    data = [
        {
            "name": row["campaign_id"],
            **{key: 100 * row[key] for key in ("lift", "lift_low", "lift_high")},
            "label": f"{row['campaign_id']}: {points(row['lift'])} points "
            f"({points(row['lift_low'])} to {points(row['lift_high'])})",
        }
        for row in rows
    ]
    base = _of(data).encode(y=_row(None))
    axis = alt.Axis(
        title="Buyers more in a hundred",
        **_inked(),
    )
    low = alt.X("lift_low:Q", axis=axis, scale=alt.Scale(zero=True))
    span = base.mark_rule(color=INK, strokeWidth=2).encode(x=low, x2="lift_high:Q")
    dot = base.mark_point(filled=True, color=MARK, size=90, opacity=1).encode(
        x="lift:Q"
    )
    nothing = _of([{"zero": 0}]).mark_rule(color=SOFT, strokeDash=[3, 3])
    title = "; ".join(row["label"] for row in data)
    layers = alt.layer(nothing.encode(x="zero:Q"), span, dot, _words(base))
    return _rows(layers, f"Lift and its interval: {title}", len(rows) + 1)


def points(share: float) -> str:
    """Write a difference of shares in points of a hundred, with its sign."""
    return f"{100 * share:+.1f}"


def _inked() -> dict[str, Any]:
    return {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "titleFontWeight": "normal",
    }


def _trend(campaign: Row) -> Spec:
    lines = (("audience", "In the audience"), ("sendable", "Get the message"))
    rows = [
        {"night": night["night"], "people": night[key], "line": name}
        for night in campaign["trend"]
        for key, name in lines
        if night[key] is not None
    ]
    names = [name for _, name in lines]
    last = campaign["trend"][-1] if campaign["trend"] else {}
    told = ", ".join(f"{name} {people(last.get(key))}" for key, name in lines)
    when = alt.Axis(
        title=None, format="%-d %b", tickCount="day", labelOverlap=True, **_inked()
    )
    how_many = alt.Axis(title="People", tickCount=5, **_inked())
    scales = (
        alt.Scale(domain=names, range=[SOFT, MARK]),
        alt.Scale(domain=names, range=[[5, 3], [1, 0]]),
        alt.Scale(domain=names, range=["circle", "square"]),
    )
    legend = alt.Legend(title=None, orient="top", labelColor=INK, symbolSize=90)
    chart = (
        _of(rows)
        .mark_line(point={"size": 45, "filled": True})
        .encode(
            x=alt.X("night:T", axis=when, scale=alt.Scale(type="utc")),
            y=alt.Y("people:Q", axis=how_many, scale=alt.Scale(zero=True)),
            color=alt.Color("line:N", scale=scales[0], legend=legend),
            strokeDash=alt.StrokeDash("line:N", scale=scales[1], legend=legend),
            shape=alt.Shape("line:N", scale=scales[2], legend=legend),
        )
        .properties(
            width="container",
            height=220,
            description=f"Night by night for {campaign['campaign_id']}; last: {told}",
        )
        .configure_view(stroke=None)
    )
    return dict(chart.to_dict(validate=False))
