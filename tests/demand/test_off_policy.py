"""What another ranking would have brought, where it is known what it would have brought."""

from __future__ import annotations

import numpy as np
import pytest

from pinfold.basics.errors import InputError
from pinfold.demand.off_policy import evaluate
from pinfold.demand.ranking import Lots, Offers, Page, rank

PINS, PLACES, PEOPLE, DAYS, NEUTRAL_SHARE = 12, 4, 1500, 4, 0.1
WANTED = np.linspace(0.02, 0.3, PINS)  # chance that a pin is joined when it stands on top; those that close last are wanted most
ATTENTION = 1 / np.log2(np.arange(2, PLACES + 2))


def played_lists() -> tuple[np.ndarray, ...]:
    """First pages of a ranking that knows what is wanted: closes-first's chance there, propensity, joined, person."""
    rng = np.random.default_rng(7)
    n = np.arange(PINS)
    offers = Offers(n * 0, n * 0, np.ones(PINS), WANTED, n, n % 3)
    rows = []
    for person in range(PEOPLE):
        leaning = rng.lognormal(0, 0.3)  # some join more than others, so one person's lists are alike
        for day in range(DAYS):
            shown = rank(offers, WANTED, Page(PLACES, 3), NEUTRAL_SHARE, Lots(*rng.random(4), day))
            pin = shown.pin[:PLACES]
            joined = rng.random(PLACES) < np.minimum(WANTED[pin] * ATTENTION * leaning, 1)
            rows.append(np.stack([pin == np.arange(PLACES), shown.propensity[:PLACES], joined, np.full(PLACES, person)]))
    return tuple(np.concatenate(rows, axis=1))


def test_the_truth_lies_in_the_interval_where_the_plain_mean_is_far_from_it():
    target, propensity, joined, person = played_lists()
    truth = (WANTED[:PLACES] * ATTENTION).mean() * np.exp(0.3**2 / 2)
    found = evaluate(target, propensity, joined, person.astype(np.int64), seed=1)
    assert found.low < truth < found.high
    assert found.snips == pytest.approx(truth, rel=0.15)
    assert found.shown > 3 * truth, "what was shown is what is wanted, and says nothing about closes-first"
    assert found.mean_weight == pytest.approx(1, abs=0.05), "closes-first was covered"
    assert found.effective < found.places / 5, "and only a tenth of the lists speaks for it"


def test_of_the_ranking_that_was_shown_the_estimate_is_the_plain_mean():
    _, propensity, joined, person = played_lists()
    found = evaluate(propensity, propensity, joined, person.astype(np.int64), seed=1)
    assert found.snips == found.ips == found.shown
    assert found.effective == pytest.approx(found.places)


def test_a_ranking_that_was_never_shown_cannot_be_judged():
    with pytest.raises(InputError, match="would have shown none of these"):
        evaluate(np.zeros(3), np.full(3, 0.5), np.ones(3), np.arange(3), seed=0)
    with pytest.raises(InputError, match="no list was shown"):
        evaluate(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), seed=0)


@pytest.mark.parametrize("propensity", [0.0, 1.5])
def test_a_propensity_that_is_no_chance_is_refused(propensity):
    with pytest.raises(InputError, match="above 0 and at most 1"):
        evaluate(np.ones(1), np.array([propensity]), np.ones(1), np.zeros(1, dtype=np.int64), seed=0)
