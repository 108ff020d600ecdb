"""The pages of everybody but the customer."""

from django.urls import path

from pinfold.web.rooms import calendar, cooperative, household, impact, merchant, operator, outcomes, packhouse, plan, village

app_name = "rooms"
urlpatterns = [
    path("plan/", plan.show_plan, name="plan"),
    path("plan/plan.csv", plan.export_plan, name="plan-csv"),
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/calendar.csv", calendar.export, name="calendar-csv"),
    path("charts/calendar-<str:crop>.svg", calendar.crop_picture, name="calendar-picture"),
    path("charts/lanes-<int:week>.svg", plan.lanes_picture, name="lanes-picture"),
    path("outcomes/", outcomes.show, name="outcomes"),
    path("outcomes/outcomes.csv", outcomes.export, name="outcomes-csv"),
    path("charts/reliability.svg", outcomes.reliability_picture, name="reliability-picture"),
    path("household/", household.show_own, name="household"),
    path("households/<str:household_id>/", household.show, name="household-of"),
    path("charts/picking-<str:household_id>.svg", household.picking_picture, name="picking-picture"),
    path("village/", village.show_week, name="village"),
    path("village/reports/", village.report, name="reports"),
    path("village/weighings/", village.weigh, name="weighings"),
    path("village/money/", village.show_money, name="money"),
    path("village/money/count/<str:payment_id>/", village.count, name="count"),
    path("village/money/hand-over/<str:settlement_id>/", village.hand_over, name="hand-over"),
    path("village/money/give-back/<str:refund_id>/", village.give_back, name="give-back"),
    path("cooperative/", cooperative.show_bids, name="bids"),
    path("cooperative/bids/<str:bid_id>/vote/", cooperative.vote, name="vote"),
    path("cooperative/bids/<str:bid_id>/paid/", cooperative.receive_payment, name="bid-paid"),
    path("cooperative/members/", cooperative.show_members, name="members"),
    path("cooperative/money/", cooperative.show_books, name="books"),
    path("cooperative/money/entries.csv", cooperative.export_books, name="books-csv"),
    path("cooperative/dividends/", cooperative.pay_dividends, name="dividends"),
    path("impact/", impact.show_impact, name="impact"),
    path("charts/money.svg", impact.money_picture, name="money-picture"),
    path("incomes/", impact.show_incomes, name="incomes"),
    path("incomes/impact.csv", impact.export_incomes, name="incomes-csv"),
    path("merchant/", merchant.show, name="merchant"),
    path("merchant/bids/<str:bid_id>/withdraw/", merchant.withdraw, name="withdraw"),
    path("charts/prices.svg", merchant.prices_picture, name="prices-picture"),
    path("packhouse/", packhouse.show, name="packhouse"),
    path("packhouse/dispatch/<int:week>/", packhouse.dispatch, name="dispatch"),
    path("operator/", operator.show, name="operator"),
    path("operator/plan/", operator.plan_now, name="plan-now"),
    path("operator/pins/", operator.open_pins, name="open-pins"),
    path("operator/settle/", operator.settle_week, name="settle"),
    path("operator/season.zip", operator.export_season, name="export"),
]
