"""The board's pages: bids and the members' choice among them, the members and their equity, the books, dividends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_index
from pinfold.coop.rules import CoopRules
from pinfold.fields.crops import crop, known_crops
from pinfold.flows import clock
from pinfold.ledger import accounts
from pinfold.store import ledger
from pinfold.store.coop import BidFacts, members_count, unpaid_fen
from pinfold.store.models import Bid, Season
from pinfold.store.reads import cooperative as reads
from pinfold.store.reads import goods, names
from pinfold.store.reads.shop import Named
from pinfold.store.season import current_season, settings_given
from pinfold.web.api.guard import over
from pinfold.web.roles import Role, only
from pinfold.web.rooms.exports import csv_answer
from pinfold.web.templatetags.pinfold import kg, yuan

POSTINGS_A_PAGE = 25
# Merchants pay and dividends are shared out when the season is over.
WEEKS_AFTER = 26


class VoteForm(forms.Form):
    """choice_id is made with the page, so that a vote that is sent twice counts once."""

    choice_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    votes_for = forms.IntegerField(label=gettext_lazy("Votes for"), min_value=0, max_value=100_000)
    votes_against = forms.IntegerField(label=gettext_lazy("Votes against"), min_value=0, max_value=100_000)


class DividendForm(forms.Form):
    """dividend_id is made with the page, so that a button pressed twice pays once."""

    dividend_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)


@dataclass(frozen=True)
class BidCard:
    """A bid as the board sees it. planned_kg : what the newest plan would give it; floor_fen : guaranteed for a kg of the same grade."""

    facts: BidFacts
    product: Named
    crop: str
    merchant: Named
    region: Named
    planned_kg: float
    floor_fen: int | None
    vote: reads.Vote | None
    form: VoteForm | None


@only(Role.BOARD)
@require_safe
def show_bids(request: HttpRequest) -> HttpResponse:
    """Bids to choose among, the highest of each product proposed, and those that are decided."""
    return _bids_page(request, None, 200)


@only(Role.BOARD)
@require_POST
def vote(request: HttpRequest, bid_id: str) -> HttpResponse:
    """Records how the members voted on one bid."""
    from pinfold.flows.coop import choose_bid

    over(request.user, "cooperative_id")
    form = VoteForm(request.POST, prefix=bid_id)
    if not form.is_valid():
        return _bids_page(request, form, 422)
    given = form.cleaned_data
    chosen = choose_bid(given["choice_id"], bid_id, given["votes_for"], given["votes_against"], request.user.pk, clock.now())
    if chosen.accepted:
        messages.success(request, _("Chosen: %(kg)s are promised to bid %(bid)s.") % {"kg": kg(chosen.kg_given), "bid": bid_id})
    else:
        messages.success(request, _("Declined: bid %(bid)s.") % {"bid": bid_id})
    return redirect("rooms:bids")


@only(Role.BOARD)
@require_safe
def show_members(request: HttpRequest) -> HttpResponse:
    """Every member household with its equity and what its crop brought. The board sees who is registered poor."""
    cooperative_id, season = over(request.user, "cooperative_id"), current_season()
    members = reads.members(cooperative_id, season.number)
    facts = {
        "cooperative": reads.cooperative(cooperative_id),
        "members": members,
        "people": sum(member.people for member in members),
        "registered": sum(member.registered_poor for member in members),
        "equity_fen": sum(member.equity_fen for member in members),
        "credited_fen": sum(member.credited_fen for member in members),
    }
    return render(request, "rooms/members.html", facts)


@only(Role.BOARD)
@require_safe
def show_books(request: HttpRequest) -> HttpResponse:
    """Balances, what merchants owe, one day's entries, the guarantee and the surplus. ?day= chooses the day."""
    cooperative_id, season = over(request.user, "cooperative_id"), current_season()
    day = _asked_day(request, season) or reads.last_booked_day(cooperative_id, clock.today()) or clock.today()
    booked = reads.booked_on(cooperative_id, day)
    groups, unpaid = reads.account_groups(), _unpaid(cooperative_id)
    facts = {
        "cooperative": reads.cooperative(cooperative_id),
        "groups": groups,
        "groups_fen": sum(group.amount_fen for group in groups),
        "day": day,
        "page": Paginator(booked, POSTINGS_A_PAGE).get_page(request.GET.get("page")),
        "booked_fen": sum(line.amount_fen for posting in booked for line in posting.lines),
        "guaranteed": reads.guaranteed(cooperative_id, season.number),
        "floors": _floors(),
        "surplus_fen": -ledger.balance(accounts.cooperative(cooperative_id)),
        "reserve_fen": -ledger.balance(accounts.reserve(cooperative_id)),
        "season": season,
        "unpaid": unpaid,
        "unpaid_fen": sum(facts.owed_fen for facts, _product, _merchant in unpaid),
        "rules": read_rules(CoopRules, "coop", settings_given()),
        "form": DividendForm(initial={"dividend_id": uuid4().hex}),
    }
    return render(request, "rooms/books.html", facts)


@only(Role.BOARD)
@require_POST
def receive_payment(request: HttpRequest, bid_id: str) -> HttpResponse:
    """A merchant has paid for a delivered bid."""
    from pinfold.flows.coop import receive_bid_payment

    paid_fen = receive_bid_payment(bid_id, over(request.user, "cooperative_id"), request.user.phone, clock.now())
    messages.success(request, _("Received: %(sum)s from the merchant.") % {"sum": yuan(paid_fen)})
    return redirect("rooms:books")


@only(Role.BOARD)
@require_safe
def export_books(request: HttpRequest) -> HttpResponse:
    """Every entry of the cooperative's postings this season, as CSV."""
    cooperative_id, season = over(request.user, "cooperative_id"), current_season()
    header = ["at", "posting_id", "kind", "account", "amount_fen", "currency", "why"]
    rows = [
        [posting.at.isoformat(), posting.posting_id, posting.kind, line.account, line.amount_fen, line.currency, posting.why]
        for posting in reads.booked_in(cooperative_id, season.number)
        for line in posting.lines
    ]
    return csv_answer(f"entries-{season.number}", header, rows)


@only(Role.BOARD)
@require_POST
def pay_dividends(request: HttpRequest) -> HttpResponse:
    """Shares out the season's surplus, once it is over."""
    from pinfold.flows import coop

    form = DividendForm(request.POST)
    if not form.is_valid():
        return redirect("rooms:books")
    paid = coop.pay_dividends(form.cleaned_data["dividend_id"], over(request.user, "cooperative_id"), request.user.phone, clock.now())
    words = {"sum": yuan(sum(paid.paid_fen.values())), "n": len(paid.paid_fen), "reserve": yuan(paid.reserve_fen)}
    messages.success(request, _("Paid: %(sum)s to %(n)d households; %(reserve)s stay in reserve.") % words)
    return redirect("rooms:books")


def _bids_page(request: HttpRequest, sent: VoteForm | None, status: int) -> HttpResponse:
    cooperative_id = over(request.user, "cooperative_id")
    cards = _cards(cooperative_id, sent)
    facts = {
        "season": current_season(),
        "cooperative": reads.cooperative(cooperative_id),
        "members": members_count(cooperative_id),
        "open": [card for card in cards if card.facts.state == Bid.State.OFFERED],
        "decided": [card for card in cards if card.facts.state != Bid.State.OFFERED],
    }
    return render(request, "rooms/bids.html", facts, status=status)


def _cards(cooperative_id: str, sent: VoteForm | None) -> list[BidCard]:
    from pinfold.flows.coop import list_bids

    products, merchants, regions = {each.id: each for each in goods.products()}, names.merchants(), names.regions()
    votes, planned = reads.votes(cooperative_id), reads.planned_for_bids()
    cards = []
    for facts in list_bids():
        offer = facts.offer
        product = products[offer.product_id]
        own = (
            sent if sent is not None and sent.prefix == offer.bid_id else VoteForm(prefix=offer.bid_id, initial={"choice_id": uuid4().hex})
        )
        cards.append(
            BidCard(
                facts=facts,
                product=Named(product.id, product.name, product.name_zh),
                crop=product.crop,
                merchant=merchants[offer.merchant_id],
                region=regions[offer.region_id],
                planned_kg=planned.get(offer.bid_id, 0.0),
                floor_fen=_floor_fen(product.crop, offer.grade),
                vote=votes.get(offer.bid_id),
                form=own if facts.state == Bid.State.OFFERED else None,
            )
        )
    return cards


def _unpaid(cooperative_id: str) -> list[tuple[BidFacts, Named, Named]]:
    """Delivered bids that are not paid, with product and merchant, in the order in which they were delivered."""
    from pinfold.flows.coop import list_bids

    products, merchants, unpaid = names.products(), names.merchants(), unpaid_fen(cooperative_id)
    owed = [facts for facts in list_bids() if facts.offer.bid_id in unpaid]
    owed.sort(key=lambda facts: (facts.offer.week, facts.offer.bid_id))
    return [(facts, products[facts.offer.product_id], merchants[facts.offer.merchant_id]) for facts in owed]


def _floor_fen(crop_name: str, grade: int) -> int | None:
    if crop_name not in known_crops():
        return None
    grades = crop(crop_name).grades
    return round(100 * grades[min(grade, len(grades) - 1)].floor_price_per_kg.value)


def _floors() -> list[tuple[Named, int, int]]:
    """Product, grade and guaranteed fen for a kg."""
    return [
        (Named(each.id, each.name, each.name_zh), grade.grade, round(100 * grade.floor_price_per_kg.value))
        for each in goods.products()
        if each.crop in known_crops()
        for grade in crop(each.crop).grades
    ]


def _asked_day(request: HttpRequest, season: Season) -> date | None:
    """The day that ?day= asks for; None when it is not one of the season, or not a day at all."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if 0 <= week_index(day, season.starts_on) < season.weeks + WEEKS_AFTER else None
