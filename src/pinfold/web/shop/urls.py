"""The customer's pages."""

from django.urls import path

from pinfold.web.shop import listing

app_name = "shop"
urlpatterns = [
    path("", listing.ripe_soon, name="list"),
]
