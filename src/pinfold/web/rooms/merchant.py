"""The merchant's page: what can be had in bulk, what it sold for, my bids, and a form for a new one. No household is ever named."""

from __future__ import annotations

from itertools import groupby
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pinfold.flows import clock
from pinfold.store.models import Season
from pinfold.store.reads import merchant as reads
from pinfold.store.reads import names
from pinfold.store.season import current_season
from pinfold.web.api.guard import over
from pinfold.web.charts.answer import picture
from pinfold.web.charts.prices import draw_prices
from pinfold.web.roles import Role, only
from pinfold.web.rooms.plan import this_week_of
from pinfold.web.templatetags.pinfold import called, week_days

GRADES = ((0, gettext_lazy("best grade only")), (1, gettext_lazy("second grade or better")), (2, gettext_lazy("any grade")))


def amount(label: str, least: float, **more: object) -> forms.FloatField:
    """A number that a phone's keyboard can type."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.FloatField(label=label, min_value=least, max_value=10_000_000, widget=widget, **more)


class BidForm(forms.Form):
    """bid_id is made with the page, so that a bid that is sent twice stands once."""

    bid_id = forms.SlugField(widget=forms.HiddenInput, min_length=8, max_length=64)
    product = forms.ChoiceField(label=gettext_lazy("Product"))
    grade = forms.TypedChoiceField(label=gettext_lazy("Grade"), choices=GRADES, coerce=int)
    region = forms.ChoiceField(label=gettext_lazy("Delivered to"))
    week = forms.TypedChoiceField(label=gettext_lazy("Week of delivery"), coerce=int)
    price_per_kg = amount(gettext_lazy("Price a kg, in yuan"), 0.01)
    kg = amount(gettext_lazy("At most, kg"), 1)
    kg_min = amount(gettext_lazy("At least, kg (below this you take nothing)"), 0)

    def __init__(self, season: Season, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self.fields["product"].choices = [(key, called(each)) for key, each in names.products().items()]
        self.fields["region"].choices = [(key, called(each)) for key, each in names.regions().items()]
        coming = range(this_week_of(season) + 1, season.weeks)
        self.fields["week"].choices = [(week, week_days(week, season.starts_on)) for week in coming]


@only(Role.MERCHANT)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Lots, prices, my bids and the form; a POST offers a bid."""
    from pinfold.flows import coop
    from pinfold.store.coop import BidOffer

    season, merchant_id = current_season(), over(request.user, "merchant_id")
    me, region = reads.merchant(merchant_id)
    form = BidForm(
        season, request.POST or None, initial={"bid_id": f"bid-{uuid4().hex[:16]}", "region": region.id, "grade": 2, "kg_min": 0}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        coop.offer_bid(
            BidOffer(
                given["bid_id"], merchant_id, given["product"], given["grade"], given["region"], given["week"], given["kg"],
                given["kg_min"], given["price_per_kg"],
            ),
            clock.now(),
        )  # fmt: skip
        messages.success(request, _("Your bid stands. The members choose, and you see here what they chose."))
        return redirect("rooms:merchant")
    lots = reads.bulk(season.number, this_week_of(season))
    products, regions = names.products(), names.regions()
    bids = coop.list_bids(merchant_id)
    facts = {
        "season": season,
        "me": me,
        "owed_fen": sum(bid.owed_fen for bid in bids if not bid.is_paid),
        "region": region,
        "products": [
            (product, group, sum(each.free_kg for each in group))
            for product, group in ((product, list(each)) for product, each in groupby(lots, key=lambda each: each.product))
        ],
        "prices": reads.prices(region.id, clock.today()),
        "bids": [(bid, products[bid.offer.product_id], regions[bid.offer.region_id]) for bid in bids],
        "form": form,
    }
    return render(request, "rooms/merchant.html", facts, status=422 if form.errors else 200)


@only(Role.MERCHANT)
@require_POST
def withdraw(request: HttpRequest, bid_id: str) -> HttpResponse:
    """Takes back a bid on which the members have not decided."""
    from pinfold.flows.coop import withdraw_bid

    withdraw_bid(bid_id, over(request.user, "merchant_id"))
    messages.success(request, _("Your bid is withdrawn."))
    return redirect("rooms:merchant")


@only(Role.MERCHANT)
@require_safe
def prices_picture(request: HttpRequest) -> HttpResponseBase:
    """Monthly prices in the merchant's region."""
    _me, region = reads.merchant(over(request.user, "merchant_id"))
    months = reads.prices(region.id, clock.today())
    return picture(request, months, lambda: draw_prices(months))
