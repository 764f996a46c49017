from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "studio.providers.local"
    label = "local"
