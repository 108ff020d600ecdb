from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "pinfold.store"
    label = "store"
