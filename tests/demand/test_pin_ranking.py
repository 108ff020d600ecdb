"""Which pin stands first for whom: every cooperative has a place, and chance is known exactly."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from pinfold.basics.errors import InputError
from pinfold.demand.ranking import Lots, Offers, Page, price_answer, rank, scores
from pinfold.demand.rules import DemandRules

NO_CHANCE = Lots(neutral=0.99, exchange=0.0, place=0.0, pin=0.0, turn=0)


def offers_of(cooperatives: list[int], worth: list[float] | None = None) -> Offers:
    n = len(cooperatives)
    return Offers(
        product=np.zeros(n, dtype=np.int64),
        region=np.zeros(n, dtype=np.int64),
        price_answer=np.ones(n),
        worth_fen=np.array(worth or [100.0] * n),
        share_pin=np.arange(n),
        share_cooperative=np.array(cooperatives, dtype=np.int64),
    )


def test_liked_more_near_and_helpful_to_growers_comes_first():
    offers = replace(
        offers_of([0] * 4), product=np.array([0, 1, 0, 0]), region=np.array([0, 0, 1, 0]), worth_fen=np.array([100.0, 100, 100, 300])
    )
    found = scores(offers, taste=np.array([0.2, 0.6]), region=0, rules=DemandRules(away_share=0.05))
    assert found.tolist() == pytest.approx([20, 60, 1, 60])


def test_a_dearer_pack_is_joined_less_often():
    offers = replace(offers_of([0, 0]), price_answer=price_answer(np.array([1.0, 2.0]), np.array([[1.0], [1.0]])))
    assert scores(offers, np.array([0.5]), 0, DemandRules()).tolist() == pytest.approx([50, 25])


def test_a_discount_brings_more_joins_where_customers_answer_more_strongly_to_prices():
    answers = price_answer(np.array([0.5, 0.5]), np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 3.0]]))
    assert answers.tolist() == pytest.approx([2, (2 + 4 + 8) / 3])


def test_at_the_list_price_no_elasticity_matters():
    assert price_answer(np.ones(2), np.array([[0.1, 5.0], [0.7, 0.7]])).tolist() == [1, 1]


def test_a_cooperative_whose_pins_score_last_still_has_its_best_one_on_the_first_page():
    score = np.array([9.0, 8, 7, 2, 1])
    offers = offers_of([0, 0, 0, 1, 1])
    pins = rank(offers, score, Page(places=3, kept_places=2), 0.0, replace(NO_CHANCE, pin=0.0)).pin
    assert pins[:3].tolist() == [0, 1, 3]
    assert pins[3:].tolist() == [2, 4]


@pytest.mark.parametrize("seed", range(20))
def test_no_page_with_every_cooperative_has_a_higher_sum_of_scores(seed):
    rng = np.random.default_rng(seed)
    cooperatives, score = rng.integers(0, 3, 9), rng.random(9)
    wanted = set(cooperatives)
    pins = rank(offers_of(list(cooperatives)), score, Page(4, 4), 0.0, replace(NO_CHANCE, place=0.0, pin=0.0))
    page = pins.pin[np.argsort(pins.before_chance)][:4]
    possible = [score[list(each)].sum() for each in combinations(range(9), 4) if set(cooperatives[list(each)]) == wanted]
    assert score[page].sum() == pytest.approx(max(possible))


@pytest.mark.parametrize("seed", range(50))
def test_whatever_chance_says_every_cooperative_keeps_its_place(seed):
    rng = np.random.default_rng(seed)
    offers, score = offers_of([0] * 20 + [1, 1, 2]), np.append(np.full(20, 9.0), [1.0, 1, 1])
    lots = Lots(0.5, 0.0, rng.random(), rng.random(), seed)
    page = rank(offers, score, Page(5, 3), 0.0, lots).pin[:5]
    assert set(offers.share_cooperative[page]) == {0, 1, 2}


def test_more_cooperatives_than_places_take_turns_and_none_waits_longer_than_its_round():
    offers, score = offers_of(list(range(7))), np.arange(7.0)[::-1].copy()
    for first in range(7):
        days = [rank(offers, score, Page(4, 2), 0.0, replace(NO_CHANCE, turn=first + day)).pin[:4] for day in range(4)]
        assert set(np.concatenate(days)) == set(range(7)), "7 cooperatives, 2 places: everyone within 4 days"


def test_control_by_score_alone_the_last_cooperative_is_never_seen():
    score = np.arange(7.0)[::-1]
    assert 6 not in np.argsort(-score)[:4]


def test_a_pin_of_two_cooperatives_stands_for_both():
    offers = replace(offers_of([0, 0, 1]), share_pin=np.array([0, 1, 1, 2]), share_cooperative=np.array([0, 0, 1, 1]))
    pins = rank(offers, np.array([3.0, 2, 1]), Page(2, 2), 0.0, replace(NO_CHANCE, pin=0.0)).pin
    assert pins.tolist() == [0, 1, 2]


@pytest.mark.parametrize("places", [5, 16])
@pytest.mark.parametrize("neutral_share", [0.0, 0.25])
def test_the_stated_chance_is_how_often_a_pin_stands_there(neutral_share, places):
    """All lots that can be drawn, each once: 4 of the neutral order, 2 of an exchange (8 pins half fill 16 places), each place and pin."""
    offers, score = offers_of([0, 1, 0, 0, 2, 0, 0, 0]), np.array([5.0, 1, 8, 7, 2, 6, 4, 3])
    seen, stated, page = np.zeros((8, 8)), np.full((8, 8), np.nan), Page(places, 3)
    draws = [
        Lots(a, x, b, c, 0)
        for a in np.arange(0.125, 1, 0.25)
        for x in (0.25, 0.75)
        for b in (np.arange(60) + 0.5) / 60
        for c in np.arange(8) / 8
    ]
    for lots in draws:
        ranking = rank(offers, score, page, neutral_share, lots)
        seen[ranking.pin, np.arange(8)] += 1 / len(draws)
        stated[ranking.pin, np.arange(8)] = ranking.propensity
    assert (np.isnan(stated) == (seen == 0)).all()
    assert np.nan_to_num(stated) == pytest.approx(seen)


def test_where_every_place_is_a_cooperatives_only_one_nothing_is_left_to_chance():
    ranking = rank(offers_of([0, 1, 2]), np.array([1.0, 3, 2]), Page(3, 3), 0.0, Lots(0.9, 0.0, 0.5, 0.5, 0))
    assert ranking.pin.tolist() == [1, 2, 0]
    assert ranking.propensity.tolist() == [1, 1, 1]


def test_a_list_drawn_to_be_neutral_says_so():
    ranking = rank(offers_of([0, 0]), np.array([1.0, 3]), Page(2, 1), 0.1, Lots(0.05, 0, 0, 0, 0))
    assert ranking.is_neutral
    assert ranking.pin.tolist() == [0, 1]
    assert ranking.before_chance.tolist() == [1, 0]


def test_an_empty_list_stays_empty():
    assert len(rank(offers_of([]), np.zeros(0), Page(3, 1), 0.1, NO_CHANCE).pin) == 0


def test_more_kept_places_than_places_are_refused():
    with pytest.raises(InputError, match="5 places are kept on a page of 4"):
        Page(4, 5)
