from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pinfold.web.roles import open_to_all


@open_to_all
def ripe_soon(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/list.html", {})
