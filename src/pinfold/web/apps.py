from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "pinfold.web"
    label = "web"
