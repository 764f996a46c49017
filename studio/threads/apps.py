from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    name = "studio.threads"
