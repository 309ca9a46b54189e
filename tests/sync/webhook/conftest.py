from __future__ import annotations

import httpx
import pytest
from receiving import AES_KEY, SECRETS, Receiver


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    """One receiver for all tests of a file; nothing it ever says is a canary."""
    made = Receiver(tmp_path_factory.mktemp("webhook"))
    yield made
    assert made.stop() == 0
    assert_silent(made)


@pytest.fixture
def fresh(tmp_path):
    """Make receivers of a test's own."""
    made = []

    def make(*options, **how):
        one = Receiver(tmp_path / str(len(made)), *options, **how)
        made.append(one)
        return one

    yield make
    for one in made:
        if one.process.poll() is None:
            one.stop()
        assert_silent(one)


@pytest.fixture(scope="module")
def client(receiver):
    with httpx.Client(base_url=receiver.url, timeout=60) as made:
        yield made


def assert_silent(one):
    said = one.said()
    for secret in (*SECRETS.values(), "canary", AES_KEY, "91234567", "Traceback"):
        assert secret not in said, said
    assert "a bug" not in said, said
