"""Where a customer picks up: asked once, after the first sign-in, and changed whenever they move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from pinfold.flows.customer import choose_region
from pinfold.store.reads import shop
from pinfold.web.roles import Role, only
from pinfold.web.templatetags.pinfold import called


class RegionForm(forms.Form):
    region = forms.ChoiceField(label=_("Your region"), widget=forms.RadioSelect)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["region"].choices = [(region.id, called(region)) for region in shop.regions()]


@only(Role.CUSTOMER)
def choose(request: HttpRequest) -> HttpResponse:
    customer_id = request.user.customer_id
    start = {"region": shop.region_of(customer_id) if customer_id else "", "next": request.GET.get("next", "")}
    form = RegionForm(request.POST or None, initial=start)
    if request.method != "POST" or not form.is_valid():
        return render(request, "shop/region.html", {"form": form}, status=422 if form.errors else 200)
    choose_region(request.user.pk, form.cleaned_data["region"])
    after = form.cleaned_data["next"]
    return redirect(after if url_has_allowed_host_and_scheme(after, {request.get_host()}) else "shop:list")
