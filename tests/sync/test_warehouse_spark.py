"""The parts of the Spark warehouse that need no server; `tests/spark` has one."""

from __future__ import annotations

import sys

import pytest

from sync import config
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


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """Load the target of PROFILES with these variables."""
    (tmp_path / "dbt_project.yml").write_text("profile: ott\n")
    (tmp_path / "profiles.yml").write_text(PROFILES)
    monkeypatch.chdir(tmp_path)

    def load(**env):
        given = {"DB_HOST": "db.example", "DB_PASSWORD": "told-to-nobody"}
        return config.load(env=given | env).profile

    return load


def test_a_thrift_server_is_read_as_dbt_reads_it(profile):
    target = profile()

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
def test_a_wrong_setting_is_one_clear_line(profile, env, said):
    with pytest.raises(ConfigError) as error:
        profile(**env)

    assert str(error.value) == said


def test_without_its_driver_the_line_says_what_to_install(profile, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyhive.hive", None)

    with pytest.raises(ConfigError, match=r"pip install .*\[spark\]"):
        connect(profile())
