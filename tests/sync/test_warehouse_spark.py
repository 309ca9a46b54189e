"""The parts of the Spark warehouse that need no server; `tests/spark` has one."""

from __future__ import annotations

import sys

import pytest

from sync.errors import ConfigError
from sync.warehouse import connect

PROFILES = """
ott:
  target: spark
  outputs:
    spark:
      type: spark
      method: "{{ env_var('METHOD', 'thrift') }}"
      host: "{{ env_var('DB_HOST') }}"
      schema: ott
      user: reader
      auth: LDAP
      password: "{{ env_var('DB_PASSWORD') }}"
"""


def test_a_thrift_server_is_read_as_dbt_reads_it(configured):
    target = configured().profile

    assert (target.type, target.host, target.port) == ("spark", "db.example", 10000)
    assert (target.user, target.schema) == ("reader", "ott")
    assert target.settings == {"auth": "LDAP"}
    assert target.password == "told-to-nobody"
    assert "told-to-nobody" not in repr(target)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (
            {"METHOD": "session"},
            "Target spark is no Thrift server. Only such are read.",
        ),
        ({"DB_HOST": ""}, "Target spark has no host. Set it in profiles.yml."),
    ],
)
def test_a_wrong_setting_is_one_clear_line(configured, env, said):
    with pytest.raises(ConfigError) as error:
        configured(**env)

    assert str(error.value) == said


def test_without_its_driver_the_line_says_what_to_install(configured, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyhive.hive", None)

    with pytest.raises(ConfigError, match=r"pip install .*\[spark\]"):
        connect(configured().profile)
