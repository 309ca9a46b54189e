"""Reading takes little memory, and more only where little is not enough."""

from __future__ import annotations

import duckdb
import pytest

from sync.config import Profile
from sync.errors import TrustError
from sync.warehouse_duckdb import DuckDBWarehouse

# Some 20 MB of keys to tell apart; without a disk they are all in memory.
MUCH = "select count(*) from (select distinct md5(n::varchar) from range(300000) t(n))"
NO_DISK = {"max_temp_directory_size": "0B", "threads": "1"}


@pytest.fixture
def connect(tmp_path, monkeypatch):
    monkeypatch.setattr("sync.warehouse_duckdb.FRUGAL", "10MB")
    path = tmp_path / "ott.duckdb"
    duckdb.connect(str(path)).close()

    def connect(**settings):
        profile = Profile("test", "duckdb", "ott", str(path), settings=settings)
        return DuckDBWarehouse(profile)

    return connect


def limit(session):
    [(found,)] = session.rows("select current_setting('memory_limit')")
    return found


def test_what_fits_is_read_with_little(connect):
    with connect().reading() as session:
        assert list(session.rows("select 1")) == [(1,)]
        assert limit(session) == "9.5 MiB"


def test_what_does_not_fit_is_asked_once_more_with_all_there_is(connect):
    with connect(**NO_DISK).reading() as session:
        assert list(session.rows(MUCH)) == [(300_000,)]
        assert limit(session) != "9.5 MiB"


def test_a_limit_of_the_profile_is_kept(connect):
    warehouse = connect(**NO_DISK, memory_limit="12MB")
    with pytest.raises(TrustError, match="OutOfMemory"), warehouse.reading() as session:
        list(session.rows(MUCH))
