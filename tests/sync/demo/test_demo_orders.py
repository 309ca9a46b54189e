from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from demo_files import table

from sync.demo import report
from sync.demo.__main__ import main
from sync.demo.orders import from_orders
from sync.demo.run import Demo
from sync.errors import ConfigError

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
HEADER = "order_id,customer_id,ordered_at,amount,status,country\n"
REAL = Path(__file__).parents[4] / "shared" / "data" / "online_retail_orders.csv"


@pytest.fixture
def orders(tmp_path):
    def write(*rows):
        path = tmp_path / "orders.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


def run(*args):
    return CliRunner().invoke(main, [str(each) for each in args])


def test_the_last_order_is_moved_to_now_and_the_rest_with_it(orders, tmp_path):
    path = orders(
        "1,a,2011-12-09 12:50:00,10,placed,Germany",
        "2,b,2011-12-08 12:49:30,10,refunded,EIRE",
        "3,a,2010-12-01T08:26:00+02:00,10,placed,Germany",
    )

    from_orders(path, NOW, tmp_path)

    assert [row["ordered_at"] for row in table(tmp_path, "raw_orders")] == [
        "2026-11-18 10:00:00",
        "2026-11-17 09:59:30",
        "2025-11-10 03:36:00",
    ]


def test_dates_can_be_kept(orders, tmp_path):
    path = orders("1,a,2011-12-09 12:50:00,10,placed,Germany")

    from_orders(path, NOW, tmp_path, shift=False)

    assert table(tmp_path, "raw_orders")[0]["ordered_at"] == "2011-12-09 12:50:00"


def test_countries_stay_as_they_were_given(orders, tmp_path):
    given = ["EIRE", "RSA", "Unspecified", "DE", "South Africa", ""]
    rows = [
        f"{number},c{number},2011-12-09 12:50:00,10,placed,{country}"
        for number, country in enumerate(given)
    ]

    from_orders(orders(*rows), NOW, tmp_path)

    customers = table(tmp_path, "raw_customers")
    assert [row["country_code"] for row in customers] == given
    zones = {row["country_code"]: row["time_zone"] for row in customers}
    assert (zones["DE"], zones["Unspecified"]) == ("Europe/Berlin", "")


def test_bad_lines_are_written_through(orders, tmp_path):
    path = orders(
        "1,a,2011-12-09 12:50:00,10,placed,Germany",
        "2,a,last Tuesday,10,placed,Germany",
        "3,a,0001-01-01 00:00:00,10,placed,Germany",
        "4,a,2011-12-08 00:00:00,-5,placed,Germany",
        "5,,2011-12-08 00:00:00,10,placed,Germany",
        ",a,2011-12-08 00:00:00,10,placed,Germany",
        "7,a",
    )

    from_orders(path, NOW, tmp_path)

    rows = table(tmp_path, "raw_orders")
    assert len(rows) == 7
    assert rows[1]["ordered_at"] == "last Tuesday"
    assert rows[3]["amount"] == "-5"
    assert (rows[4]["customer_id"], rows[5]["order_id"]) == ("", "")
    assert rows[6] == dict.fromkeys(rows[6], "") | {"order_id": "7", "customer_id": "a"}
    assert [row["customer_id"] for row in table(tmp_path, "raw_customers")] == ["a"]


def test_a_date_that_moving_would_break_stays(orders, tmp_path):
    path = orders(
        "1,a,9999-12-31 00:00:00,10,placed,Germany",
        "2,a,0002-01-01 00:00:00,10,placed,Germany",
    )

    from_orders(path, NOW, tmp_path)

    assert table(tmp_path, "raw_orders")[1]["ordered_at"] == "0002-01-01 00:00:00"


def test_what_is_made_up_is_labelled(orders, tmp_path):
    rows = [f"{n},c{n},2011-12-09 12:50:00,10,placed,Germany" for n in range(40)]

    from_orders(orders(*rows), NOW, tmp_path)

    for row in table(tmp_path, "raw_customers"):
        told = json.loads(row["attributes"])
        assert told["generated"] == "contacts, consents, webhooks"
    points = table(tmp_path, "raw_contact_points")
    assert all(row["contact_point_id"].startswith("gen-") for row in points)
    events = table(tmp_path, "raw_consent_events")
    assert {row["method"] for row in events} == {"generated"}


def test_nothing_of_the_demo_stays_beside_own_orders(orders, tmp_path):
    out = tmp_path / "out"
    assert run("generate", "--now", NOW.isoformat(), "--out", out).exit_code == 0

    from_orders(orders("1,a,2011-12-09,10,placed,Germany"), NOW, out)

    for name in ("raw_suppressions", "raw_lapse_scores", "raw_delivery_events"):
        assert not (out / f"{name}.csv").exists()


def test_where_to_look_next_is_where_own_orders_are(tmp_path, monkeypatch):
    """`ott status` told of the demo, or of nothing."""
    monkeypatch.chdir(tmp_path)

    own = report.following(Demo(None, NOW, Path("orders.csv")).places())
    demo = report.following(Demo(None, NOW).places())

    home = tmp_path / ".ott/orders"
    assert f"export OTT_DUCKDB_PATH={home}/ott.duckdb OTT_LEDGER={home}/led" in own
    assert own.index("export") < own.index("ott status")
    assert "demo-consent-none" not in own
    assert "export" not in demo


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("order_id,customer_id,amount\n1,a,10\n", "ordered_at, status, country"),
        ("", "order_id"),
        (HEADER, "no order"),
        (HEADER + "1,,2011-12-09,10,placed,Germany\n", "no order"),
    ],
    ids=["columns missing", "empty", "no lines", "nobody"],
)
def test_a_file_of_another_shape_is_one_clear_line(tmp_path, text, says):
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")

    result = run("orders", path, "--out", tmp_path / "out")

    assert result.exit_code == 3
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_text_is_said_so(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"\xff\xfe\x00order")

    with pytest.raises(ConfigError, match="UTF-8"):
        from_orders(path, NOW, tmp_path / "out")


def test_data_and_its_short_form_write_the_same(orders, tmp_path):
    at = ("--now", NOW.isoformat())
    path = orders("1,a,2011-12-09 12:50:00,10,placed,Germany")

    assert run("data", *at, "--orders", path, "--out", tmp_path / "one").exit_code == 0
    assert run("orders", path, *at, "--out", tmp_path / "two").exit_code == 0

    assert files(tmp_path / "one") == files(tmp_path / "two")


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(not REAL.exists(), reason="the real orders are not on this machine")
def test_the_real_orders_take_a_few_seconds(tmp_path):
    started = time.monotonic()

    from_orders(REAL, NOW, tmp_path)

    assert time.monotonic() - started < 15
    rows = table(tmp_path, "raw_orders")
    assert len(rows) == 22_190
    customers = table(tmp_path, "raw_customers")
    assert len(customers) == 4_372
    countries = {row["country_code"] for row in customers}
    assert {"EIRE", "RSA", "Unspecified"} <= countries
    last = max(row["ordered_at"] for row in rows)
    assert last == "2026-11-18 10:00:00"
    first = datetime.fromisoformat(min(row["ordered_at"] for row in rows))
    assert NOW.replace(tzinfo=None) - first > timedelta(days=370)
