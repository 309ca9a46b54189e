from __future__ import annotations

import gc

from sync.garbage import seldom_collected


def test_a_send_is_seldom_stopped_and_the_process_is_as_before_after_it():
    before = gc.get_threshold(), gc.get_freeze_count()

    with seldom_collected():
        during = gc.get_threshold()
        frozen = gc.get_freeze_count()

    assert during[0] > 10 * before[0][0]
    assert frozen > 1000
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
