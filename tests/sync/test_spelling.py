"""An address is spelled in Python as in SQL: the cases are those of SQL's own tests."""

from __future__ import annotations

import pytest
import yaml
from sync_project import ROOT

from sync.masking import keyed_hash, normalise

CRM = ROOT / "models/staging/crm"
POINTS = "phone_numbers_get_one_spelling_and_other_ids_keep_theirs"
SUPPRESSED = "a_suppressed_number_is_found_however_it_is_written"


def cases(model, test, key, value):
    """What the unit test of a model gives, and what it expects, by id."""
    told = yaml.safe_load((CRM / f"{model}.yml").read_text(encoding="utf-8"))
    [found] = [one for one in told["unit_tests"] if one["name"] == test]
    given = {
        row[key]: row[value]
        for row in found["given"][-1]["rows"]
        if row.get("key_type", "address").lower() == "address"
    }
    for row in found["expect"]["rows"]:
        if row[key] in given and row.get("is_address_valid", True):
            yield pytest.param(given[row[key]], row[value], id=row[key])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *cases("stg_crm__contact_points", POINTS, "contact_point_id", "address"),
        *cases("stg_crm__suppressions", SUPPRESSED, "suppression_id", "key_value"),
        pytest.param("+44 (0)7911/123456", "+447911123456", id="slash"),
        pytest.param("+44\u00a07911\u00a0123456", "+447911123456", id="hard_blanks"),
        pytest.param("6591234567", "6591234567", id="digits_stay"),
        pytest.param("1234x5678", "1234x5678", id="an_id_has_no_extension"),
    ],
)
def test_python_spells_an_address_as_sql_does(given, expected):
    assert normalise(given) == expected


@pytest.mark.parametrize(
    "address",
    ["+6591234567", "U4af4980629", "US.13491208655302741918", "oAb-1.2_3", "12345678"],
)
def test_what_is_spelled_as_it_was_has_the_hash_it_had(address):
    as_it_is = keyed_hash(b"key", address)

    assert normalise(address) == address
    assert as_it_is == keyed_hash(b"key", f" {address} ")
