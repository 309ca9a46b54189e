"""The parts of the PostgreSQL warehouse that need no server."""

from __future__ import annotations

import sys

import pytest

from sync.errors import ConfigError
from sync.placeholders import translate
from sync.warehouse import connect

PROFILES = """
ott:
  target: pg
  outputs:
    pg:
      type: postgres
      host: "{{ env_var('DB_HOST') }}"
      port: "{{ env_var('DB_PORT', '5433') | as_number }}"
      user: reader
      pass: "{{ env_var('DB_PASSWORD') }}"
      database: shop
      schema: ott
      sslmode: require
"""


@pytest.mark.parametrize(
    ("query", "translated"),
    [
        ("select ? where a = ?", "select %s where a = %s"),
        ("select 5 % 2", "select 5 %% 2"),
        ("select a like 'x%' and b = ?", "select a like 'x%%' and b = %s"),
        ("select 'why?', 'it''s ?', ?", "select 'why?', 'it''s ?', %s"),
        ('select "odd?%" from "a"."b?"', 'select "odd?%%" from "a"."b?"'),
    ],
)
def test_only_placeholders_become_placeholders(query, translated):
    assert translate(query) == translated


def test_a_target_is_read_under_either_of_dbts_names(configured):
    target = configured().profile

    assert (target.host, target.port, target.user) == ("db.example", 5433, "reader")
    assert (target.dbname, target.schema) == ("shop", "ott")
    assert target.password == "told-to-nobody"
    assert target.settings == {"sslmode": "require"}


def test_no_repr_tells_the_password(configured):
    assert "told-to-nobody" not in repr(configured())


@pytest.mark.parametrize(
    ("env", "words"),
    [({"DB_HOST": ""}, "has no host"), ({"DB_PORT": "a"}, "is no number")],
)
def test_an_incomplete_target_says_what_is_missing(configured, env, words):
    with pytest.raises(ConfigError, match=words):
        configured(**env)


def test_a_missing_driver_names_the_extra(configured, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)

    with pytest.raises(ConfigError, match=r"\[postgres\]"):
        connect(configured().profile)
