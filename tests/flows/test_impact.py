from __future__ import annotations

from datetime import date

import pytest
import small_season
from small_season import MONDAY, NOON, WEEK

from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.impact import impact
from pinfold.flows.settle import settle
from pinfold.store.models import Setting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def season(db):
    small_season.found()


def sold_week(kg: float) -> None:
    """9 packs at 10 yuan were sold; 10 kg must leave for them."""
    lot = small_season.lot(kg=10, promised=10)
    small_season.filled_pin(lot.pk, {"k1": 5, "k2": 4})
    record_harvest("weigh", "plot-h1", kg, 0, MONDAY, NOON)
    dispatch_week(WEEK, NOON)


def value(name: str) -> float | None:
    return impact(NOON).figure(name).value


def test_before_anything_is_sold_there_is_no_share():
    facts = impact(NOON)
    assert facts.as_of == date(2026, 9, 16)
    assert facts.figure("growers_share").value is None
    assert facts.figure("sold_share").beside is None


def test_the_parts_of_the_customers_price_sum_to_one():
    """Of 90 yuan: 8 to the carrier, 6.30 to the cooperative, 2.70 to the platform, 73 to the growers."""
    sold_week(kg=12)
    assert value("growers_share") == pytest.approx(73 / 90)
    assert value("carrier_share") == pytest.approx(8 / 90)
    assert sum(value(f"{part}_share") for part in ("growers", "carrier", "cooperative", "platform")) == pytest.approx(1)


def test_every_kg_picked_is_sold_guaranteed_or_unsold():
    sold_week(kg=12)
    assert value("sold_share") == pytest.approx(10 / 12)
    assert value("unsold_share") == pytest.approx(2 / 12)
    assert value("spoiled_share") == pytest.approx(0.1)
    settle(WEEK, NOON), settle(WEEK + 1, NOON.replace(day=23))
    assert value("guaranteed_share") == pytest.approx(2 / 12)
    assert value("unsold_share") == pytest.approx(0)
    assert value("guarantee_yuan") == pytest.approx(8), "2 kg at the floor of 4 yuan"


def test_what_a_short_harvest_gave_back_is_in_the_refunded_share():
    """5.9 kg leave 5 packs: 4 of 9 are refunded."""
    sold_week(kg=5.9)
    assert value("refunded_share") == pytest.approx(4 / 9)


def test_first_come_first_served_sells_the_same_harvest_to_the_same_people():
    """9 packs find their 10 kg either way; 12 kg were picked, and what is left is worth 1 yuan a kg.

    Its match counts other losses than this pin's tenth: 1 % + 30 % x (3 days / 20 days)² = 1.675 %, so that it sends 9.153 kg.
    """
    sold_week(kg=12)
    facts = impact(NOON)
    kg_sent = 9 / (1 - 0.01 - 0.3 * (3 / 20) ** 2)
    assert facts.figure("sold_share").beside == pytest.approx(kg_sent / 12)
    assert facts.figure("growers_yuan").value == pytest.approx(73 + 2)
    assert facts.figure("growers_yuan").beside == pytest.approx(90 * 0.9 - 0.8 * kg_sent + (12 - kg_sent))


def test_income_per_head_counts_crop_and_other_income_less_costs():
    """h1: 73 + 50 - 10 yuan; h2: 50 - 10 yuan; 9 people."""
    sold_week(kg=10)
    settle(WEEK, NOON)
    assert value("per_head_yuan") == pytest.approx((113 + 40) / 9, abs=0.01)


def test_the_poverty_line_is_a_setting_with_its_source():
    Setting.objects.create(name="impact.poverty_line_fen", value="1000")
    facts = impact(NOON)
    assert facts.poverty_line_fen == 1000
    assert "2,300 yuan" in facts.poverty_line_source
    # 40 yuan for 4 people are just on the line of 10 yuan, 40 yuan for 5 people are below it.
    assert facts.figure("below_line_share").value == pytest.approx(5 / 9)


def test_every_figure_says_how_it_is_worked_out_in_both_languages():
    assert all(figure.method and figure.method_zh for figure in impact(NOON).figures)
