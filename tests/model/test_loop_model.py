"""
Random histories of the loop: all rules together keep it true, and each is needed.

`NEEDED` names, for each rule, what goes wrong without it and the few steps that it
takes; hypothesis finds their order. With every rule on, the same steps, all of them
mixed, and any others break nothing.
"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from loop_facts import IDS, Fault, Guards
from loop_model import broken_by

HOSTS = ("h1", "h2")
BUILD, WAIT = ("whole_build",), ("wait",)
LOSE, COPY, RESTORE = ("lose", "h1"), ("copy_ledger", "h1"), ("restore", "h1")
ADOPT = ("adopt", "h1")
MERGE, STOP = ("merge", "a", "c"), ("stop", "c")
SALE_FIRST = ("whole_build", "sale")


def whatsapp(*meanwhile, host="h1", **fault):
    return ("send", host, "whatsapp", Fault(meanwhile=meanwhile, **fault))


def braze(*meanwhile, **fault):
    return ("send", "h1", "braze", Fault(meanwhile=meanwhile, **fault))


SEND = whatsapp()
DIES = whatsapp(dies_at=0)
UNTOLD = whatsapp(is_locked_last=True)
NEEDED = {
    "claim_durable_first": ("twice", [BUILD, SEND, DIES]),
    "unknown_never_resent": ("twice", [BUILD, SEND, whatsapp(answer="lost")]),
    "decided_before_last": (
        "over the cap",
        [BUILD, whatsapp(SALE_FIRST, braze(is_locked_last=True)), WAIT],
    ),
    "open_before_send": ("twice", [BUILD, DIES, LOSE, SEND]),
    "look_again_after_open": ("twice", [BUILD, whatsapp(whatsapp(host="h2")), WAIT]),
    "refuse_strange_runs": ("twice", [BUILD, SEND, whatsapp(host="h2")]),
    "closed_runs_must_be_known": (
        "twice",
        [BUILD, whatsapp(COPY, at=0), RESTORE, SEND],
    ),
    "dead_runs_are_counted": (
        "twice",
        [BUILD, whatsapp(COPY, at=0, dies_at=2), RESTORE, SEND],
    ),
    "adopt_marks_unknown": ("twice", [BUILD, UNTOLD, LOSE, ADOPT, SEND]),
    "write_back_before_read": ("twice", [BUILD, DIES, MERGE, SEND]),
    "recover_every_destination": (
        "over the cap",
        [BUILD, SALE_FIRST, braze(dies_at=0), MERGE, SEND],
    ),
    "canonical_history": ("over the cap", [BUILD, SEND, MERGE, braze()]),
    "address_history": ("twice", [BUILD, SEND, LOSE, ADOPT]),
    "occurrence_cut": ("twice", [BUILD, WAIT, SEND]),
    "stops_at_send": ("after a stop", [BUILD, STOP, SEND]),
    "stops_of_the_runs_build": (
        "after a stop",
        [BUILD, whatsapp(STOP, BUILD, at=0), WAIT],
    ),
    "live_already_messaged": ("twice", [BUILD, DIES, MERGE, SEND]),
    "merged_rows_wait": ("twice", [BUILD, MERGE, SEND]),
}
OFTEN = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=1500,
    phases=(Phase.generate,),
    suppress_health_check=[*HealthCheck],
)
# A break is worth its shortest history.
ALL_ON = settings(OFTEN, max_examples=150, phases=(Phase.generate, Phase.shrink))

hosts, ids = st.sampled_from(HOSTS), st.sampled_from(IDS)
places = st.integers(-1, 3)
around = st.one_of(
    st.sampled_from([BUILD, BUILD, SALE_FIRST, WAIT, ("fail",)]),
    st.sampled_from([("begin_build",), ("begin_build", "sale"), ("end_build",)]),
    st.tuples(st.sampled_from(["lose", "copy_ledger", "restore", "adopt"]), hosts),
    st.tuples(st.just("stop"), ids),
    st.tuples(st.just("merge"), ids, ids),
)


def sends(meanwhile):
    faults = st.builds(
        Fault,
        answer=st.sampled_from(["accepted", "accepted", "lost", "refused", "deferred"]),
        dies_at=st.none() | places,
        meanwhile=meanwhile,
        at=places,
        is_locked_first=st.booleans(),
        is_locked_last=st.booleans(),
    )
    destinations = st.sampled_from(["whatsapp", "whatsapp", "braze"])
    return st.tuples(st.just("send"), hosts, destinations, faults)


plain = sends(st.just(()))
nested = sends(st.lists(around | plain, max_size=3).map(tuple))


def test_every_rule_has_its_history():
    assert {*NEEDED} == {rule.name for rule in fields(Guards)}


@pytest.mark.parametrize("rule", NEEDED)
def test_without_a_rule_the_loop_breaks(rule):
    wrong, steps = NEEDED[rule]
    without = replace(Guards(), **{rule: False})

    found = find(
        st.lists(st.sampled_from(steps), min_size=8, max_size=12),
        lambda history: any(b[0] == wrong for b in broken_by(history, without)),
        settings=OFTEN,
    )

    assert broken_by(found) == []


@pytest.mark.parametrize("rule", NEEDED)
def test_with_all_rules_the_same_steps_break_nothing(rule):
    @ALL_ON
    @given(st.lists(st.sampled_from(NEEDED[rule][1]), max_size=12))
    def check(history):
        assert broken_by(history) == []

    check()


@settings(ALL_ON, max_examples=1500)
@given(st.lists(st.sampled_from([s for _, steps in NEEDED.values() for s in steps])))
def test_with_all_rules_the_steps_of_all_break_nothing(history):
    assert broken_by(history) == []


@settings(ALL_ON, max_examples=1500)
@given(st.lists(around | nested | nested, max_size=14))
def test_with_all_rules_no_history_breaks_the_loop(history):
    assert broken_by(history) == []


def test_a_quiet_night_reaches_everybody_who_may_be_reached():
    """The model would keep every rule by sending nothing."""
    from loop_model import Loop

    loop = Loop(Guards())
    night = [SEND, braze(), WAIT, WAIT]
    loop.play([BUILD, *night, SALE_FIRST, *night])

    reached = [(sent.key.name, sent.key.customer) for sent in loop.sent]
    # b is held out of the winback; c and d share a telephone.
    update = [("update", who) for who in "abc"]
    assert reached == [
        *[("winback", who) for who in "ac"],
        *update,
        *update,
        *[("sale", who) for who in "abc"],
    ]
