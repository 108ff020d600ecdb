"""The pages of everybody but the customer."""

from django.urls import path

from pinfold.web.rooms import plan

app_name = "rooms"
urlpatterns = [
    path("plan/", plan.show_plan, name="plan"),
    path("plan/plan.csv", plan.export_plan, name="plan-csv"),
    path("charts/calendar-<int:plan_id>.svg", plan.calendar_picture, name="calendar-picture"),
    path("charts/lanes-<int:week>.svg", plan.lanes_picture, name="lanes-picture"),
]
