from __future__ import annotations

from datetime import date, timedelta

import pytest
import small_season
from small_season import MONDAY, NOON, WEEK

from pinfold.basics.errors import NotFound
from pinfold.flows.harvest import dispatch_week, record_harvest
from pinfold.flows.settle import pay_out, settle
from pinfold.ledger.reasons import say
from pinfold.store.models import Delivery, Lot, Posting, SettlementLine

pytestmark = pytest.mark.django_db

LOT = "2026-v-mango-0-1"
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def season(db):
    small_season.found()


def weigh(kg: float, household: str, now=NOON, picked_on: date = MONDAY):
    record_harvest(f"{household}-{kg}-{now}", f"plot-{household}", kg, 0, picked_on, now)


def shipped_week(kg_h1: float = 6, kg_h2: float = 4) -> None:
    """9 packs at 10 yuan were sold; 10 kg leave for 90 yuan, of which 73 are the growers'."""
    small_season.lot(kg=10, promised=10)
    small_season.filled_pin(LOT, {"k1": 9})
    weigh(kg_h1, "h1")
    if kg_h2:
        weigh(kg_h2, "h2")
    dispatch_week(WEEK, NOON)


def test_growers_money_is_shared_by_the_kg_that_each_household_delivered():
    shipped_week(kg_h1=6, kg_h2=4)
    done = settle(WEEK, LATER)
    assert {one.household_id: one.amount_fen for one in done.settlements} == {"h1": 4380, "h2": 2920}
    assert small_season.books()["household:h1"] == -4380
    assert f"lot:{LOT}" not in small_season.books(), "the lot is settled to the last fen"


def test_settling_twice_credits_once():
    shipped_week()
    first, postings = settle(WEEK, LATER), Posting.objects.count()
    assert settle(WEEK, LATER + timedelta(days=1)) == first
    assert Posting.objects.count() == postings


def test_every_line_says_why_in_both_languages():
    shipped_week(kg_h1=6, kg_h2=4)
    (reason,) = settle(WEEK, LATER).settlements[0].reasons
    english, chinese = say(reason, "en"), say(reason, "zh-hans")
    assert english.startswith("6.0 kg of your mango, grade 1, went to customers in Kunming. For all 10.0 kg they paid ¥90.00")
    assert english.endswith("Your part is ¥43.80.")
    assert chinese.startswith("您的一级芒果 6.0 公斤卖给了昆明的顾客。")
    assert chinese.endswith("您得 ¥43.80。")


def test_paying_out_twice_pays_once():
    shipped_week()
    settlement_id = settle(WEEK, LATER).settlements[0].settlement_id
    first = pay_out(settlement_id, "coordinator 1", LATER)
    assert pay_out(settlement_id, "coordinator 2", LATER + timedelta(days=1)) == first
    assert small_season.books()["provider:cash"] == 9000 - 4380
    assert "household:h1" not in small_season.books()


def test_an_unknown_settlement_is_not_paid_out():
    with pytest.raises(NotFound, match="nothing"):
        pay_out("nothing", "coordinator", NOON)


def test_crop_weighed_after_the_dispatch_has_no_part_in_it():
    shipped_week(kg_h1=10, kg_h2=0)
    weigh(5, "h2", now=LATER)
    done = settle(WEEK, LATER + timedelta(hours=1))
    assert {one.household_id: one.amount_fen for one in done.settlements} == {"h1": 7300}


def test_crop_weighed_after_the_dispatch_is_bought_at_the_floor_price():
    """Mango keeps 16 of its 20 days: it can wait one week for a buyer; then the cooperative buys 5 kg at 4 yuan."""
    shipped_week(kg_h1=10, kg_h2=0)
    weigh(5, "h2", now=LATER)
    settle(WEEK, LATER)
    assert not Delivery.objects.filter(kind="guarantee").exists(), "it may still find a buyer next week"
    done = settle(WEEK + 1, NOON + timedelta(weeks=1))
    assert {one.household_id: one.amount_fen for one in done.settlements} == {"h2": 2000}
    assert done.settlements[0].reasons[0].kind == "guarantee"
    assert small_season.books()["cooperative:c"] == -630 + 2000


def test_every_kg_is_credited_once():
    shipped_week(kg_h1=8, kg_h2=6)
    settle(WEEK, LATER)
    settle(WEEK + 1, NOON + timedelta(weeks=1))
    lines = SettlementLine.objects.values_list("settlement__household_id", "kg")
    assert sum(kg for household, kg in lines if household == "h1") == pytest.approx(8)
    assert sum(kg for household, kg in lines if household == "h2") == pytest.approx(6)
    lot = Lot.objects.get(pk=LOT)
    assert lot.kg_promised == pytest.approx(lot.kg), "nothing of it can be sold any more"


def test_what_is_delivered_after_a_week_was_settled_is_credited_with_the_next():
    shipped_week()
    settle(WEEK, LATER)
    small_season.lot(kg=5, grade=1, promised=5)
    small_season.filled_pin("2026-v-mango-1-1", {"k2": 4}, "late")
    record_harvest("late", "plot-h2", 5, 1, MONDAY, LATER)
    dispatch_week(WEEK, LATER)
    assert settle(WEEK, LATER).amount_fen == 7300
    done = settle(WEEK + 1, NOON + timedelta(weeks=1))
    assert [reason.kind for reason in done.settlements[0].reasons] == ["pin", "guarantee"]


def test_money_held_becomes_money_owed_to_the_last_fen():
    shipped_week(kg_h1=7.77, kg_h2=3.33)
    settle(WEEK, LATER)
    assert sum(small_season.books().values()) == 0
    owed = -sum(fen for account, fen in small_season.books().items() if account != "provider:cash")
    assert owed == small_season.books()["provider:cash"] == 9000


def test_settling_before_the_dispatch_leaves_customers_what_they_bought():
    """The crop of week 1 waits for a pin of week 2; whoever settles week 2 first must not buy it under the guarantee."""
    lot = small_season.lot(kg=10, promised=10)
    small_season.filled_pin(lot.pk, {"k1": 8}, week=2)
    weigh(10, "h1")
    week_2 = NOON + timedelta(weeks=1)
    settle(2, week_2)
    assert not Delivery.objects.filter(kind="guarantee").exclude(kg_sent__lt=2).exists(), "at most what the pin does not need"
    assert dispatch_week(2, week_2).orders_shipped == 1


def test_crop_weighed_while_the_dispatch_waited_has_its_part():
    """The dispatch began before the weighing and got the lot after it; or somebody set the clock back in between."""
    small_season.lot(kg=10, promised=10)
    small_season.filled_pin(LOT, {"k1": 9})
    weigh(10, "h1", now=LATER)
    dispatch_week(WEEK, NOON)
    assert {one.household_id: one.amount_fen for one in settle(WEEK, LATER).settlements} == {"h1": 7300}


def test_crumbs_worth_less_than_half_a_fen_do_not_stop_the_settlement():
    """1.1 g at 4 yuan a kg round to nothing, and nothing cannot be posted."""
    small_season.lot(kg=10, week=0)
    weigh(0.0011, "h2", picked_on=date(2026, 9, 8))
    shipped_week()
    assert settle(WEEK + 1, NOON + timedelta(weeks=1)).amount_fen == 7300
