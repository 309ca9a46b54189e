"""Reads what the generator wrote, and scores it without the models."""

from __future__ import annotations

import bisect
import csv
import json
from collections import defaultdict
from datetime import date


def table(folder, name):
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lines(folder, name):
    text = (folder / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def payloads(folder, name):
    """Give the bodies that are JSON."""
    bodies = []
    for line in lines(folder, name):
        try:
            bodies.append(json.loads(line["payload"]))
        except ValueError:
            continue
    return bodies


def changes(folder):
    """Give every change in Meta's calls."""
    for body in payloads(folder, "raw_whatsapp_webhooks"):
        for entry in body.get("entry", []):
            yield from entry["changes"]


def scores(folder, now):
    """Score everybody by their own rhythm, from the raw orders."""
    days = defaultdict(set)
    for row in table(folder, "raw_orders"):
        try:
            day = date.fromisoformat(row["ordered_at"][:10])
        except ValueError:
            continue
        if row["status"] == "placed" and day <= now.date():
            days[row["customer_id"]].add(day)
    gaps = {
        customer: [
            (after - before).days
            for before, after in zip(sorted(on), sorted(on)[1:], strict=False)
        ]
        for customer, on in days.items()
    }
    pool = sorted(gap for own in gaps.values() for gap in own)

    def score(customer):
        recency = (now.date() - max(days[customer])).days
        exceeded = sum(gap <= recency for gap in gaps[customer])
        share = bisect.bisect_right(pool, recency) / len(pool)
        return (exceeded + 3 * share) / (len(gaps[customer]) + 3)

    return {customer: score(customer) for customer in days}
