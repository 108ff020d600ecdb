"""The customer's pages. A pin's address carries its share code, so that a link from a friend and one from the list are the same."""

from django.urls import path

from pinfold.web.shop import account, listing, orders, pins, region, sandbox

app_name = "shop"
urlpatterns = [
    path("", listing.ripe_soon, name="list"),
    path("pins/<slug:share_code>/", pins.show_pin, name="pin"),
    path("pins/<slug:share_code>/progress/", pins.show_progress, name="progress"),
    path("pins/<slug:share_code>/qr.svg", pins.qr_code, name="qr"),
    path("pins/<slug:share_code>/join/", pins.join, name="join"),
    path("pins/<slug:share_code>/friends/", pins.open_for_friends, name="friends"),
    path("pins/<slug:share_code>/mark/", pins.mark, name="mark"),
    path("pins/<slug:share_code>/shared/", pins.shared, name="shared"),
    path("account/", account.show, name="account"),
    path("account/my-data.csv", account.export, name="own-data"),
    path("account/recording/", account.recording, name="recording"),
    path("account/order/", account.order, name="own-order"),
    path("account/erase/", account.ask_to_erase, name="ask-to-erase"),
    path("account/erase/now/", account.erase, name="erase"),
    path("region/", region.choose, name="region"),
    path("orders/", orders.show_orders, name="orders"),
    path("orders/<slug:order_id>/", orders.show_order, name="order"),
    path("orders/<slug:order_id>/state/", orders.show_state, name="state"),
    path("orders/<slug:order_id>/pay/", orders.pay, name="pay"),
    path("orders/<slug:order_id>/cancel/", orders.cancel, name="cancel"),
    path("orders/<slug:order_id>/decline/", orders.decline, name="decline"),
    path("sandbox/pay/<slug:payment_id>", sandbox.decide, name="sandbox"),
    path("payments/<slug:provider_name>/notice/", sandbox.notice, name="notice"),
]
