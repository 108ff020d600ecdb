"""What is said of a shipment must be what decided it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from string import Formatter

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match.explain import Reason, Unsold, explained, reasons
from pinfold.match.plan import plan_season
from pinfold.match.say import SENTENCES, Names, say, sentences_of_shipments, sentences_of_unsold

from .seasons import PLAIN, PLENTY, lane, lot, random_season, season, want

ENGLISH = Names({"mango": "mango"}, {})
TYPES = {"full": pl.String, "region_id": pl.String, "short_per_kg": pl.Float64}
CHINESE = Names({"mango": "芒果"}, {"Shanghai": "上海", "Chengdu": "成都"})


def planned(given_season):
    return explained(given_season, plan_season(given_season).chosen)


def shanghai_before_chengdu(**lot_changes):
    # After freight a kg brings 10 - 1.5 = 8.50 in Shanghai and 7.30 in Chengdu; two of ten days are spent on the road.
    wants = [want("S", "Shanghai", 10, 100), want("C", "Chengdu", 7.3, 100)]
    return season([lot("A", **lot_changes)], wants, [lane("Shanghai", truck_cost=1500), lane("Chengdu")])


def test_a_shipment_is_explained_by_the_next_best_region():
    (reason,), _ = planned(shanghai_before_chengdu())
    assert say(reason, ENGLISH, "en") == (
        "Shanghai pays 1.20 yuan per kg more after freight than the next best place, Chengdu, and the mango will keep 8 more days there."
    )
    assert say(reason, CHINESE, "zh-hans") == "扣除运费后，上海每公斤比次优的成都多卖1.20元，芒果到那里还能放8天。"


def test_a_region_without_room_is_no_alternative():
    full = season(
        [lot("A", kg=150)],
        [want("S", "Shanghai", 10, 100), want("C", "Chengdu", 7, 50)],
        [lane("Shanghai"), lane("Chengdu")],
    )
    reasons, _ = planned(full)
    assert {reason.region_id: reason.next_region_id for reason in reasons} == {"Shanghai": None, "Chengdu": None}
    assert say(reasons[0], ENGLISH, "en") == (
        "Only Shanghai still has room for this mango; it brings 10.00 yuan per kg more than staying unsold, "
        "and will keep 8 more days there."
    )


def test_a_full_hub_still_leaves_the_choice_of_region():
    both = [want("S", "Shanghai", 10, 100), want("C", "Chengdu", 7, 100)]
    (reason,), _ = planned(
        season([lot("A")], both, [lane("Shanghai"), lane("Chengdu")], hub_weeks=[{"hub_id": "H", "week": 0, "kg_max": 60.0}])
    )
    assert reason.region_id == "Shanghai" and reason.next_region_id == "Chengdu" and reason.kg == 60


def test_the_bonus_for_poor_villages_is_not_told_as_money():
    (reason,), _ = planned(season([lot("A", poverty_weight=1.0)], [want("W", "Kunming", 10, 100)], [lane("Kunming")]))
    assert reason.above_unsold_per_kg == 10


def test_kg_that_stay_are_explained():
    def why(lots, wants, lanes, **others):
        _, (unsold,) = planned(season(lots, wants, lanes, **others))
        return say(unsold, ENGLISH, "en")

    to_kunming = [want("W", "Kunming", 5, 60)]
    assert why([lot("A")], [want("W", "Kunming", 5, 60, week=2)], [lane("Kunming", week=2)]) == (
        "100 kg of mango stay unsold: no customers can be reached before it is too old."
    )
    assert why([lot("A", salvage_per_kg=6.0)], to_kunming, [lane("Kunming")]) == (
        "100 kg of mango stay unsold: after freight the best place, Kunming, brings 1.00 yuan per kg less than home."
    )
    assert why([lot("A")], to_kunming, [lane("Kunming")]) == (
        "40 kg of mango stay unsold: the customers in Kunming, the best place, already have all they want."
    )
    assert why([lot("A")], to_kunming, [lane("Kunming", trucks_max=0.02)]) == (
        "80 kg of mango stay unsold: the trucks to Kunming, the best place, are full."
    )
    assert why([lot("A")], to_kunming, [lane("Kunming")], hub_weeks=[{"hub_id": "H", "week": 0, "kg_max": 30.0}]) == (
        "70 kg of mango stay unsold: the hub can pack no more for Kunming, the best place, that week."
    )


def test_one_day_is_one_day():
    (reason,), _ = planned(shanghai_before_chengdu())
    assert "one more day there" in say(replace(reason, days_left=1.6), ENGLISH, "en")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_in_the_best_plan_no_region_with_room_pays_more(seed):
    given_season = random_season(seed)
    plan = plan_season(given_season)
    sent, stay = explained(given_season, plan.chosen)
    assert len(sent) == plan.shipments.height
    for reason in sent:
        assert reason.next_earns_per_kg is None or reason.earns_per_kg >= reason.next_earns_per_kg - 1e-6
        assert reason.next_region_id != reason.region_id
        assert reason.days_left >= 0
    for unsold in stay:
        assert (unsold.why == "too far") == (unsold.region_id is None)


def test_both_languages_say_the_same_things():
    def places(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {kind: places(text) for kind, text in SENTENCES["en"].items()} == {
        kind: places(text) for kind, text in SENTENCES["zh-hans"].items()
    }


def test_a_reason_survives_being_stored_as_json():
    (reason,), _ = planned(shanghai_before_chengdu(kg=50))
    assert Reason(**json.loads(json.dumps(asdict(reason)))) == reason
    _, (unsold,) = planned(season([lot("A")], [want("W", "Kunming", 5, 60)], [lane("Kunming")]))
    assert Unsold(**json.loads(json.dumps(asdict(unsold)))) == unsold


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_said_of_many_is_what_is_said_of_each(seed):
    given_season = random_season(seed)
    chosen = plan_season(given_season).chosen
    sent, unsold = reasons(given_season, chosen)
    for names, language in ((ENGLISH, "en"), (CHINESE, "zh-hans")):
        many = [*sentences_of_shipments(sent, names, language), *sentences_of_unsold(unsold, names, language)]
        assert many == [say(each, names, language) for told in explained(given_season, chosen) for each in told]


def test_large_weights_are_read_in_thousands():
    for kg, said in ((999.4, "999"), (1000.0, "1,000"), (1_002_003.0, "1,002,003")):
        unsold = Unsold("A", "mango", kg, "too far", None, None, None)
        assert say(unsold, ENGLISH, "en").startswith(f"{said} kg of mango")
        assert sentences_of_unsold(pl.DataFrame([asdict(unsold)], schema_overrides=TYPES), ENGLISH, "en").to_list() == [
            say(unsold, ENGLISH, "en")
        ]


def test_kg_that_stay_so_that_villages_share_are_said_to_stay_for_that():
    # Far can sell only 20 of its 100 kg, so near sells a fifth of its 50 too, although 40 kg more are wanted.
    rules = replace(PLAIN, village_band=0.0)
    lots = [lot("near", kg=50), lot("far", village_id="U", ready_week=1)]
    wants = [want("W", "Kunming", 10, 50), want("X", "Kunming", 10, 20, week=1)]
    given_season = season(lots, wants, [lane("Kunming"), lane("Kunming", week=1)], rules, hub_weeks=[PLENTY, PLENTY | {"week": 1}])
    _, stay = planned(given_season)
    assert [(each.lot_id, round(each.kg), each.why) for each in stay] == [("near", 40, "shared"), ("far", 80, "full")]
    assert (
        say(stay[0], ENGLISH, "en")
        == "40 kg of mango stay unsold: Kunming would pay 10.00 yuan per kg more than home, but villages share sales."
    )
    assert say(stay[0], CHINESE, "zh-hans").startswith("有40公斤芒果没有卖出：")
