"""The pages of everybody but the customer."""

from django.urls import path

from pinfold.web.rooms import household, plan, village

app_name = "rooms"
urlpatterns = [
    path("plan/", plan.show_plan, name="plan"),
    path("plan/plan.csv", plan.export_plan, name="plan-csv"),
    path("charts/calendar-<int:plan_id>.svg", plan.calendar_picture, name="calendar-picture"),
    path("charts/lanes-<int:week>.svg", plan.lanes_picture, name="lanes-picture"),
    path("household/", household.show_own, name="household"),
    path("households/<str:household_id>/", household.show, name="household-of"),
    path("charts/picking-<str:household_id>.svg", household.picking_picture, name="picking-picture"),
    path("village/", village.show_week, name="village"),
    path("village/reports/", village.report, name="reports"),
    path("village/weighings/", village.weigh, name="weighings"),
    path("village/money/", village.show_money, name="money"),
    path("village/money/count/<str:payment_id>/", village.count, name="count"),
    path("village/money/hand-over/<str:settlement_id>/", village.hand_over, name="hand-over"),
]
