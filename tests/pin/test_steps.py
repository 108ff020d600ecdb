from __future__ import annotations

import pytest

from pinfold.pin.steps import STEPS, refused_step, states_before


@pytest.mark.parametrize("thing", STEPS)
def test_every_step_leads_to_a_state_of_the_table(thing):
    assert {state for after in STEPS[thing].values() for state in after} <= set(STEPS[thing])


@pytest.mark.parametrize("thing", STEPS)
def test_nothing_steps_to_itself_and_every_state_but_the_first_is_reached(thing):
    states = list(STEPS[thing])
    assert all(state not in STEPS[thing][state] for state in states)
    assert all(states_before(thing, state) for state in states[1:])


def test_money_that_is_paid_can_only_be_given_back_or_shipped():
    assert STEPS["order"]["paid"] == ("refunded", "shipped")


def test_a_pin_that_is_over_is_never_opened_again():
    assert states_before("pin", "open") == ()


def test_a_refused_step_says_from_where_it_would_be_allowed():
    assert "only one that is held or lapsed can" in str(refused_step("order", "o1", "refunded", "paid"))
