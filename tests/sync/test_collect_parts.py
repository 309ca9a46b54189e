"""Which keys are open, asked of a ledger in pages."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from types import SimpleNamespace

import pytest
from sync_project import row

from sync import collect
from sync.ledger import Ledger
from sync.messages import Outcome, WhatsAppRow

NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - naive UTC everywhere.


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 11])
def test_every_key_is_asked_about_once_however_the_pages_fall(
    tmp_path, monkeypatch, count
):
    monkeypatch.setattr(collect, "PAGE", 2)
    monkeypatch.setattr(collect, "KNOWN_PAGE", 3)
    rows = [WhatsAppRow(*row(number)) for number in range(count)]
    keys = [one.delivery_key for one in rows]
    path = tmp_path / "ledger.sqlite"
    with closing(Ledger(path)) as ledger:
        sent = rows[::3]
        with ledger.transaction():
            ledger.deliveries.claim(sent, "run-1", NOW, {})
            ledger.deliveries.record(
                [(one.delivery_key, Outcome("accepted")) for one in sent], NOW
            )
        at = SimpleNamespace(
            ledger=ledger,
            another_ledger=lambda: closing(Ledger(path)),
            clock=SimpleNamespace(now=lambda: NOW),
        )
        filling = collect._Filling(at, None, None, None, None)

        found = [key for page in filling._open((k,) for k in keys) for key in page]

    known = {one.delivery_key for one in sent}
    assert sorted(found) == sorted(set(keys) - known)
