import numpy as np
import pytest

from pinfold.basics.errors import InputError, NotFound
from pinfold.fields.crops import CROP_FILES, crop, known_crops, parse_crop

COFFEE = (CROP_FILES / "coffee.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", known_crops())
def test_every_number_of_every_crop_file_has_a_unit_and_a_source(name):
    known = crop(name)
    facts = [
        known.base_c,
        known.shelf_life_days,
        known.picking_window_days,
        known.kg_per_harvest_kg,
        known.salvage_per_kg,
        known.typical_kg,
    ]
    facts += [*known.picking_profile, *known.bearing_by_age]
    facts += [stage.heat_degree_days for stage in known.stages if stage.heat_degree_days]
    facts += [fact for grade in known.grades for fact in (grade.usual_share, grade.floor_price_per_kg)]
    assert all(fact.unit and fact.source for fact in facts)


@pytest.mark.parametrize("name", known_crops())
def test_a_better_grade_is_never_guaranteed_a_lower_price(name):
    floors = [grade.floor_price_per_kg.value for grade in crop(name).grades]
    assert floors == sorted(floors, reverse=True)


def test_a_number_without_source_is_refused():
    text = COFFEE.replace('value = 365, unit = "days", source = ', 'value = 365, unit = "days", sauce = ')
    with pytest.raises(InputError, match=r"coffee.*shelf_life_days has no source"):
        parse_crop("coffee", text)


def test_a_number_without_unit_is_refused():
    with pytest.raises(InputError, match=r"coffee.*shelf_life_days has no unit"):
        parse_crop("coffee", COFFEE.replace('value = 365, unit = "days"', 'value = 365, unit = ""'))


def test_a_bare_number_is_refused():
    with pytest.raises(InputError, match="base_c is 10"):
        parse_crop("coffee", "\n".join("base_c = 10" if line.startswith("base_c") else line for line in COFFEE.splitlines()))


def test_grade_shares_that_do_not_make_a_whole_are_refused():
    with pytest.raises(InputError, match=r"usual_share of the grades.*sums to 1\.1"):
        parse_crop("coffee", COFFEE.replace("value = 0.55", "value = 0.65"))


def test_trees_that_would_bear_less_with_age_are_refused():
    with pytest.raises(InputError, match=r"bearing_by_age is \[0.0, 0.5, 0.3\]; give shares from 0 to 1 that never fall"):
        parse_crop("coffee", COFFEE.replace("values = [0.0, 0.0, 0.3, 0.7]", "values = [0.0, 0.5, 0.3]"))


def test_an_unknown_crop_is_named_with_those_that_are_known():
    with pytest.raises(NotFound, match=r"durian.*cherry, coffee, mango"):
        crop("durian")


def test_a_crop_is_added_by_one_file(monkeypatch, tmp_path):
    (tmp_path / "durian.toml").write_text(COFFEE, encoding="utf-8")
    monkeypatch.setattr("pinfold.fields.crops.CROP_FILES", tmp_path)
    assert known_crops() == ("durian",)
    assert crop("durian").harvest_stage == "ripe"
    crop.cache_clear()


def test_mango_is_picked_over_four_weeks_of_which_the_second_brings_most():
    assert crop("mango").picked_share(np.array([-1.0, 7.0, 14.0, 28.0, 99.0])) == pytest.approx([0.0, 0.2, 0.55, 1.0, 1.0])


def test_coffee_is_picked_in_three_flushes_of_which_the_second_is_the_largest():
    """30 % flowered first and is picked over 42 days by thirds of 25, 50 and 25 %; the others follow 21 and 42 days later."""
    coffee = crop("coffee")
    assert coffee.picked_share(np.array([14.0])) == pytest.approx([0.3 * 0.25])
    assert coffee.picked_share(np.array([28.0])) == pytest.approx([0.3 * 0.75 + 0.45 * 0.125])
    assert coffee.picked_share(np.array([84.0])) == pytest.approx([1.0])


@pytest.mark.parametrize("name", known_crops())
def test_what_is_picked_day_by_day_is_the_whole_harvest(name):
    days = np.diff(crop(name).picked_share(np.arange(crop(name).picking_window_days.value + 1)))
    assert days.sum() == pytest.approx(1) and days.min() >= 0


def test_flushes_that_do_not_start_with_the_first_flowering_are_refused():
    with pytest.raises(InputError, match=r"coffee.*flush_days is \[7.0, 21.0, 42.0\]"):
        parse_crop("coffee", COFFEE.replace("values = [0, 21, 42]", "values = [7, 21, 42]"))


def test_a_crop_that_says_only_how_much_rain_it_needs_to_flower_is_refused():
    lines = "\n".join(line for line in COFFEE.splitlines() if not line.startswith("dry_days"))
    with pytest.raises(InputError, match="shower_mm, bloom_days, flowering_days; flowerings are placed by rain with all of"):
        parse_crop("coffee", lines)
