from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register

from studio.bell import runtime_dir
from studio.engine.client import configure
from studio.operations import checks


class OperationsConfig(AppConfig):
    name = "studio.operations"

    def ready(self) -> None:
        if settings.SPLIT:
            runtime_dir()  # nobody calls it with Redis, and a stranger's engine must not get our files
        configure(settings.ENGINE_SOCKET)
        register(checks.split_processes_have_redis)
        register(checks.split_processes_have_a_shared_database)
        register(checks.runtime_dir_is_short)
        register(checks.public_url_is_whole)
        register(checks.secrets_are_kept_safe)
