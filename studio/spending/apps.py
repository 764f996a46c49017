from django.apps import AppConfig


class SpendingConfig(AppConfig):
    name = "studio.spending"
