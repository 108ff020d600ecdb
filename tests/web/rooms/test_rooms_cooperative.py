"""The board's, merchant's, pack house's, officer's and operator's pages."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest

from pinfold.flows import clock
from pinfold.ledger import accounts
from pinfold.ledger.posting import Posting, moved
from pinfold.store import ledger
from pinfold.store.models import Bid, Choice, Cooperative, Customer, Delivery, Entry, Lot, Order, Payment, Pin, Village, Weather
from pinfold.web.roles import Role


@pytest.fixture
def board(world):
    return world.browsers[Role.BOARD]


def voted(bid_id: str, choice_id: str, votes_for: int, votes_against: int) -> dict[str, object]:
    return {f"{bid_id}-choice_id": choice_id, f"{bid_id}-votes_for": votes_for, f"{bid_id}-votes_against": votes_against}


def test_the_highest_bid_is_proposed_and_stands_first(board):
    told = board.get("/cooperative/").content.decode()
    assert told.index("Merchant two") < told.index("Merchant one")
    assert told.count("highest, proposed") == 1


def test_a_vote_that_is_sent_twice_counts_once(board):
    sent = voted("bid-of-merchant-2", "choice-page-1", 0, 1)
    for _ in range(2):
        assert board.post("/cooperative/bids/bid-of-merchant-2/vote/", sent).status_code == 302
    assert Choice.objects.count() == 1
    assert Bid.objects.get(pk="bid-of-merchant-2").state == "declined"


def test_more_votes_than_members_are_refused(board):
    assert board.post("/cooperative/bids/bid-of-merchant-2/vote/", voted("bid-of-merchant-2", "choice-page-2", 5, 1)).status_code == 422
    assert not Choice.objects.exists()


def test_a_vote_without_a_number_is_asked_again(board):
    answer = board.post("/cooperative/bids/bid-of-merchant-2/vote/", {"bid-of-merchant-2-choice_id": "choice-page-3"})
    assert answer.status_code == 422
    assert answer.content.decode().count("errorlist") == 2


def test_the_books_of_a_day_add_to_zero(board):
    told = board.get("/cooperative/money/?day=2026-10-07").content.decode()
    assert "their entries add to ¥0.00" in told
    rows = list(csv.DictReader(io.StringIO(board.get("/cooperative/money/entries.csv").content.decode("utf-8-sig"))))
    assert rows
    assert sum(int(row["amount_fen"]) for row in rows) == 0


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "yesterday"])
def test_a_day_that_is_none_of_the_season_shows_the_last_one_with_entries(board, day):
    assert "their entries add to ¥0.00" in board.get(f"/cooperative/money/?day={day}").content.decode()


def test_dividends_wait_for_the_end_of_the_season(board):
    Cooperative.objects.filter(pk="coop").update(invested_fen=50)  # the one member's equity
    before = Entry.objects.count()
    assert board.post("/cooperative/dividends/", {"dividend_id": "dividend-page-1"}).status_code == 409
    assert Entry.objects.count() == before


def deliver_bid(now) -> None:
    """The members of coop accepted bid-of-merchant-1, and 3000 fen worth of it arrived."""
    Bid.objects.filter(pk="bid-of-merchant-1").update(state="delivered")
    Choice.objects.create(
        choice_id="choice-1", bid_id="bid-of-merchant-1", cooperative_id="coop", accepted=True, votes_for=1, votes_against=0,
        was_proposed=False, chosen_at=now,
    )  # fmt: skip
    Delivery.objects.create(
        delivery_id="bid-delivery", kind="bid", lot_id="lot-of-conggang", bid_id="bid-of-merchant-1", week=4, kg_sent=1, kg_sold=1,
        paid_fen=3000, carrier_fen=0, platform_fen=0, cooperative_fen=0, growers_fen=3000, delivered_at=now,
    )  # fmt: skip
    owed = moved(accounts.lot("lot-of-conggang"), accounts.merchant("merchant-1"), 3000)
    ledger.post(Posting("delivery:bid-of-merchant-1", 2026, "delivery", now, "delivered", owed))


def test_the_board_counts_a_merchants_payment_once_and_both_see_it(world, board, now):
    deliver_bid(now)
    merchant = world.browsers[Role.MERCHANT]
    assert "¥30.00 came in cash" in board.get("/cooperative/money/").content.decode()
    assert "You owe for it" in merchant.get("/merchant/").content.decode()
    for _ in range(2):
        assert board.post("/cooperative/bids/bid-of-merchant-1/paid/").status_code == 302
    assert ledger.balances(["merchants:merchant-1", "provider:cash"]) == {"merchants:merchant-1": 0, "provider:cash": 3000}
    books = board.get("/cooperative/money/?day=2026-10-07").content.decode()
    assert "came in cash" not in books
    assert "paid for bid bid-of-merchant-1" in books
    told = merchant.get("/merchant/").content.decode()
    assert "You paid for it" in told
    assert "You owe" not in told


def test_a_merchants_payment_is_counted_through_the_api_by_the_board_that_delivered(world, board, now):
    assert board.post("/api/cooperative/bids/bid-of-merchant-1/payment").status_code == 409
    deliver_bid(now)
    assert world.board_beta.post("/api/cooperative/bids/bid-of-merchant-1/payment").status_code == 403
    first, again = (board.post("/api/cooperative/bids/bid-of-merchant-1/payment").json() for _ in range(2))
    assert first == again == {"bid_id": "bid-of-merchant-1", "paid_fen": 3000}
    assert [each["is_paid"] for each in world.browsers[Role.MERCHANT].get("/api/bids").json()["items"]] == [True]


OFFER = {
    "bid_id": "bid-from-page-1", "product": "mango", "grade": "1", "region": "chengdu", "week": "7", "price_per_kg": "4.2", "kg": "80",
    "kg_min": "20",
}  # fmt: skip


def test_a_bid_that_is_sent_twice_stands_once_and_can_be_withdrawn(world):
    merchant = world.browsers[Role.MERCHANT]
    for _ in range(2):
        assert merchant.post("/merchant/", OFFER).status_code == 302
    assert Bid.objects.get(pk="bid-from-page-1").merchant_id == "merchant-1"
    merchant.post("/merchant/bids/bid-from-page-1/withdraw/")
    assert Bid.objects.get(pk="bid-from-page-1").state == "withdrawn"


def test_a_merchant_cannot_withdraw_anothers_bid(world):
    assert world.browsers[Role.MERCHANT].post("/merchant/bids/bid-of-merchant-2/withdraw/").status_code == 403
    assert Bid.objects.get(pk="bid-of-merchant-2").state == "offered"


def test_a_week_that_is_over_cannot_be_bid_for(world):
    assert world.browsers[Role.MERCHANT].post("/merchant/", OFFER | {"week": "4"}).status_code == 422


def test_a_merchant_is_offered_what_nobody_has_been_promised(world):
    told = world.browsers[Role.MERCHANT].get("/merchant/").content.decode()
    lot = Lot.objects.get(pk="lot-0")
    assert f"{lot.kg - lot.kg_promised:,.0f} kg" in told


def test_the_operators_zip_does_not_say_who_is_registered_poor(world):
    answer = world.browsers[Role.OPERATOR].get("/operator/season.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        tables = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "household-alpha" in tables["households.csv"]
    assert not [name for name, text in tables.items() if "registered_poor" in text]


def test_a_week_that_has_not_begun_is_not_settled(world):
    operator = world.browsers[Role.OPERATOR]
    assert "Choose a week that has begun." in operator.post("/operator/settle/", {"week": "9"}, follow=True).content.decode()


@pytest.mark.parametrize("week", [9, 26, 10**12])
def test_a_week_that_has_not_begun_or_is_none_is_not_dispatched(world, week):
    assert world.browsers[Role.PACKHOUSE].post(f"/packhouse/dispatch/{week}/").status_code == 422


def test_the_pack_house_sends_the_week_and_says_what_went(world, season):
    packhouse = world.browsers[Role.PACKHOUSE]
    answer = packhouse.post("/packhouse/dispatch/4/", follow=True)
    assert answer.status_code == 200
    assert "Sent: 0 pins, 0 orders" in answer.content.decode()


def test_the_pack_house_sends_nothing_before_the_harvest_is_weighed_unless_it_says_that_nothing_came(world, season, now):
    filled = season.filled_pin
    Pin.objects.filter(pk=filled.pk).update(week=4)
    customer = Customer.objects.create(customer_id="buyer", region_id="chengdu")
    order = Order.objects.create(
        order_id="order-1", pin=filled, customer=customer, seats=10, price_fen=3600, amount_fen=36_000, state="paid", held_at=now,
        held_until=now, paid_at=now,
    )  # fmt: skip
    Payment.objects.create(payment_id="payment-1", order=order, provider="cash", amount_fen=36_000, state="received", started_at=now)
    packhouse = world.browsers[Role.PACKHOUSE]
    assert "Nothing was sent" in packhouse.post("/packhouse/dispatch/4/", follow=True).content.decode()
    assert "nothing has been weighed yet for pin-1" in packhouse.post("/api/weeks/4/dispatch").json()["message"]
    assert Order.objects.get(pk="order-1").state == "paid"
    assert "Sent: 1 pins, 0 orders" in packhouse.post("/packhouse/dispatch/4/", {"nothing_came": "on"}, follow=True).content.decode()
    assert Order.objects.get(pk="order-1").state == "refunded"


def test_what_the_last_week_left_is_settled_after_the_season(world, now, monkeypatch):
    operator = world.browsers[Role.OPERATOR]
    assert "After the season" not in operator.get("/operator/").content.decode()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(weeks=30))
    monkeypatch.setattr(clock, "today", lambda: date(2026, 10, 7) + timedelta(weeks=30))
    assert '<option value="26">After the season' in operator.get("/operator/").content.decode()
    assert "Settled:" in operator.post("/operator/settle/", {"week": "26"}, follow=True).content.decode()
    assert "Choose a week" in operator.post("/operator/settle/", {"week": "27"}, follow=True).content.decode()


def test_a_group_of_under_five_people_is_not_shown(world):
    told = world.browsers[Role.OFFICER].get("/incomes/").content.decode()
    villages = told.split("By village")[1].split("</section>")[0]
    assert villages.count("Not shown: too few people.") == 2


def test_strangers_read_the_figures_with_their_method(world):
    told = world.browsers["nobody"].get("/impact/").content.decode()
    assert "Each figure says how it is worked out." in told
    assert "household-" not in told


class TestOffice:
    def test_the_ledger_can_be_looked_at_and_not_changed(self, world):
        operator = world.browsers[Role.OPERATOR]
        entry = Entry.objects.first()
        assert operator.get("/admin/store/entry/").status_code == 200
        assert operator.get(f"/admin/store/entry/{entry.pk}/change/").status_code == 200
        assert operator.post(f"/admin/store/entry/{entry.pk}/change/", {"amount_fen": 1}).status_code == 403
        assert operator.post(f"/admin/store/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
        assert operator.get("/admin/store/entry/add/").status_code == 403

    def test_a_household_there_does_not_say_that_it_is_registered_poor(self, world):
        operator = world.browsers[Role.OPERATOR]
        for address in ("/admin/store/household/", "/admin/store/household/household-alpha/change/"):
            assert "registered" not in operator.get(address).content.decode().lower()

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.OPERATOR])
    def test_nobody_else_comes_in(self, world, role):
        assert world.browsers[role].get("/admin/", follow=True).status_code == 403

    def test_strangers_are_sent_to_the_sites_own_door(self, world):
        answer = world.browsers["nobody"].get("/admin/", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/sign-in/")

    def test_its_wider_rules_for_scripts_stay_inside(self, world):
        operator = world.browsers[Role.OPERATOR]
        assert "unsafe-eval" in operator.get("/admin/")["Content-Security-Policy"]
        assert "unsafe" not in operator.get("/operator/")["Content-Security-Policy"]


@pytest.mark.parametrize(("language", "says"), [("en", "15 days in 1 villages, until 20 Sep"), ("zh-hans", "到 9月20日 为止")])
def test_the_operator_reads_where_the_weather_comes_from_and_whose_it_is(world, language, says):
    village = Village.objects.order_by("pk").first()
    Weather.objects.bulk_create(
        Weather(village=village, date=date(2026, 9, 6) + timedelta(days=n), tmean_c=20, source="open-meteo") for n in range(15)
    )
    operator = world.browsers[Role.OPERATOR]
    operator.cookies["django_language"] = language
    page = operator.get("/operator/").content.decode()
    assert says in page
    assert "Weather data by Open-Meteo.com, CC BY 4.0" in page
