"""The mutants are of all gates, and each one is a change."""

from __future__ import annotations

import jinja2
import pytest
from mutations import LADDER, all_mutants, known_gates, known_reasons, model_texts

GATES = known_gates()
MUTANTS = all_mutants()


def rendered(text, macro):
    template = jinja2.Environment(autoescape=False).from_string(text)  # noqa: S701
    return getattr(template.module, macro)(GATES.items())


def test_the_gates_are_those_of_all_reasons_in_their_order():
    assert list(GATES.values()) == known_reasons()


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_is_left_out_of_the_ladder_and_true_where_it_is_computed(gate):
    models = model_texts()
    ladder, *columns = [mutant for mutant in MUTANTS if mutant.gate == gate]

    for macro in LADDER:
        text = rendered(ladder.texts[macro], macro)
        assert f"when {gate} is not true" not in text
        assert text.count(" is not true") == len(GATES) - 1
    assert columns
    for mutant in columns:
        [(model, text)] = mutant.texts.items()
        assert model in models
        assert f"(select * replace (true as {gate}) from" in text
        assert text != models[model]


def test_the_last_mutant_lets_null_through():
    *_, mutant = MUTANTS

    [(macro, text)] = mutant.texts.items()
    assert rendered(text, macro).count("when not ") == len(GATES)
