"""Somebody else holds the ledger, its destination, or its server."""

from __future__ import annotations

import math
import re
import socket
import sqlite3
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.append(str(Path(__file__).parents[1] / "faults"))

from on_postgres import Server
from sync_project import changed, now, people, wait_until

from sync.errors import ConfigError, LockedError, TrustError
from sync.ledger import Ledger
from sync.ledger_store import SqliteStore
from sync.lock import hold, if_free
from sync.warehouse_postgres import PostgresWarehouse

NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - naive UTC everywhere.
AHEAD = """
from datetime import timedelta
from sync.clock import SystemClock

right = SystemClock.now
SystemClock.now = lambda clock: right(clock) + timedelta(minutes=10)
"""
IMPATIENT = "import sync.ledger_store; sync.ledger_store.BUSY_SECONDS = 1"


@contextmanager
def ledger_held(project):
    """Hold the file as a program does that writes for long."""
    with closing(sqlite3.connect(project.ledger, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


def test_a_ledger_that_is_held_is_not_called_damaged(project):
    project.build(people(3))
    project.ott("status")

    with ledger_held(project):
        done = project.send(**changed(project, IMPATIENT))

    assert done.returncode == 4
    assert done.err == "Error: Another program holds the ledger. Try again later.\n"
    assert project.send().summary["outcomes"] == {"accepted": 3}


def set_up_at_once(path):
    """Make one new file by two programs in the same moment; give what they say."""
    barrier, said = threading.Barrier(2), []

    def program():
        store = SqliteStore(path)
        barrier.wait()
        try:
            store.set_up()
        except LockedError as error:
            said.append(str(error))
        store.connection.close()

    threads = [threading.Thread(target=program) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return said


def test_the_first_runs_of_two_destinations_may_make_the_ledger_at_once(tmp_path):
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        said = [set_up_at_once(tmp_path / f"ledger{one}.db") for one in range(300)]
    finally:
        sys.setswitchinterval(before)

    assert said == [[]] * 300


def test_a_ledger_that_is_held_in_the_middle_of_a_run_ends_it(project):
    project.provider.most = 0
    project.build(people(8))
    words = ("send", "whatsapp", "--json", "--wait", "0", "--in-flight", "4")
    running = project.start(*words, **changed(project, IMPATIENT))
    wait_until(lambda: len(project.provider.seen) == 4)

    with ledger_held(project):
        project.provider.most = math.inf
        _, err = running.communicate(timeout=120)
    rest = project.send()

    assert running.returncode == 4
    assert err == "Error: Another program holds the ledger. Try again later.\n"
    # What came of the four nobody could write down; nobody gets a second message.
    assert rest.summary["recovered"] == 4
    assert rest.summary["outcomes"] == {"accepted": 4}
    assert len(project.provider.seen) == len(set(project.provider.seen)) == 8


def no_lease(_):
    return nullcontext()


def test_who_settles_a_dead_run_for_a_moment_keeps_no_run_out(tmp_path):
    ledger = tmp_path / "ledger.sqlite"
    settling = ExitStack()
    assert settling.enter_context(if_free(ledger, "whatsapp", no_lease))
    let_go = []
    moment = threading.Timer(0.2, lambda: (let_go.append(1), settling.close()))
    moment.start()

    with hold(ledger, "whatsapp", "run", NOW, no_lease):
        assert let_go
    moment.join()


def test_two_runs_are_told_apart_in_a_few_seconds(tmp_path):
    ledger = tmp_path / "ledger.sqlite"
    began = time.monotonic()

    with (
        hold(ledger, "whatsapp", "first", NOW, no_lease),
        pytest.raises(LockedError, match="run first"),
        hold(ledger, "whatsapp", "second", NOW, no_lease),
    ):
        pass

    assert time.monotonic() - began < 20


def test_a_ledger_by_two_names_has_one_run(project):
    project.build(people(2))
    project.ott("status")
    link = project.folder / "link.sqlite"
    link.symlink_to(project.ledger)

    with hold(project.ledger, "whatsapp", "first", NOW, no_lease):
        done = project.send(OTT_LEDGER="link.sqlite")

    assert done.returncode == 4
    assert "run first" in done.err
    assert project.provider.seen == []


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
def database(server):
    """A database without a ledger, and the URL of anybody in it."""
    name = f"ledger_{time.monotonic_ns()}"
    where = server.database(name)

    def url(user=where["user"], more=""):
        return (
            f"postgresql://{user}@/{name}?host={where['host']}"
            f"&port={where['port']}{more}"
        )

    def do(query):
        with closing(server.connect(name)) as connection:
            connection.autocommit = True
            connection.cursor().execute(query)

    return SimpleNamespace(name=name, url=url, do=do)


def test_a_host_by_another_clock_sends_nothing_early(project, database):
    project.build([{"number": 0, "send_not_before": now() + timedelta(minutes=5)}])

    done = project.send(OTT_LEDGER=database.url(), **changed(project, AHEAD))
    stopped = project.ott(
        "stop", "c9", OTT_LEDGER=database.url(), **changed(project, AHEAD)
    )

    assert project.provider.seen == []
    assert done.returncode == 4
    assert re.search(r"(599|60\d) seconds apart\. Set them right", done.err)
    assert stopped.returncode == 0
    assert project.send(OTT_LEDGER=database.url()).returncode == 0


@contextmanager
def claims_held(server, database):
    """Hold the ledger as another writer does."""
    lock = "select pg_advisory_xact_lock(hashtextextended('ott_ledger', 0))"
    with closing(server.connect(database.name)) as other:
        other.cursor().execute(lock)
        yield
        other.rollback()


@pytest.mark.slow
def test_a_session_that_waited_in_vain_may_try_again(server, database, tmp_path):
    ledger = Ledger(tmp_path / "ledger", url=database.url())
    ledger._connection.execute("select set_config('lock_timeout', '300ms', false)")

    with (
        claims_held(server, database),
        pytest.raises(LockedError),
        ledger.transaction(),
    ):
        pass

    with ledger.transaction():
        assert ledger.claimed() == 0
    ledger.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "user", "more", "error", "said"),
    [
        pytest.param("", "plain", "", ConfigError, "Grant", id="no_schema_yet"),
        pytest.param("use", "plain", "", ConfigError, "Grant", id="no_right_to_it"),
        pytest.param("look", "plain", "", ConfigError, "Grant", id="may_only_read"),
        pytest.param(
            "",
            None,
            "&options=-cdefault_transaction_read_only%3Don",
            LockedError,
            "no writes",
            id="a_standby",
        ),
    ],
)
def test_a_login_that_may_not_write_is_one_clear_line(  # noqa: PLR0913, PLR0917
    database, tmp_path, before, user, more, error, said
):
    database.do("drop role if exists plain; create role plain login")
    if before:
        Ledger(tmp_path / "ledger", url=database.url()).close()
    if before == "look":
        database.do("grant usage, create on schema ott_ledger to plain")
    url = database.url(user, more) if user else database.url(more=more)

    try:
        with pytest.raises(error, match=said) as caught:
            Ledger(tmp_path / "ledger", url=url)
    finally:
        database.do("drop owned by plain; drop role plain")

    assert "\n" not in str(caught.value)


@contextmanager
def over_tcp(path):
    """Carry one TCP connection to the server's socket; give its port."""

    def carry(source, target):
        while some := source.recv(65536):
            target.sendall(some)
        target.shutdown(socket.SHUT_WR)

    def serve():
        here, _ = listening.accept()
        with here, socket.socket(socket.AF_UNIX) as there:
            there.connect(path)
            back = threading.Thread(target=carry, args=(there, here))
            back.start()
            carry(here, there)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve)
        serving.start()
        yield listening.getsockname()[1]
        serving.join()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "idle"), [({}, 30), ({"keepalives_idle": "77"}, 77)]
)
def test_a_warehouse_that_is_gone_without_a_word_is_noticed(server, settings, idle):
    where = server.where
    profile = {"user": where["user"], "password": "", "dbname": "postgres"}
    profile |= {"host": "127.0.0.1", "target": "dev", "settings": settings}
    options = (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
    )

    with over_tcp(f"{where['host']}/.s.PGSQL.{where['port']}") as port:
        warehouse = PostgresWarehouse(SimpleNamespace(port=port, **profile))
        with warehouse.reading() as session:
            handle = socket.socket(fileno=session._connection.fileno())
            found = [handle.getsockopt(*option) for option in options]
            handle.detach()
            assert list(session.rows("select 1")) == [(1,)]

    assert found == [1, idle, 10, 3]


def test_a_view_of_another_version_is_told_from_a_failure(server):
    profile = {"target": "dev", "settings": {}, "password": "", "dbname": "postgres"}
    warehouse = PostgresWarehouse(SimpleNamespace(**server.where | profile))
    of_another = pytest.raises(TrustError, match="lacks a column")

    with of_another, warehouse.reading() as session:
        list(session.rows("select occurrence from pg_catalog.pg_class"))
