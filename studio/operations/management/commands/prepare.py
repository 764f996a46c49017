"""manage.py prepare: bring tables and static files up to date."""

from typing import Any

from django.core.management.base import BaseCommand

from studio.operations.preparing import prepare


class Command(BaseCommand):
    help = "Brings tables and static files up to date. `up` does it by itself; split deployments run it once before."

    def handle(self, *args: Any, **options: Any) -> None:
        done = prepare()
        if done:
            self.stdout.write(f"Brought up to date: {', '.join(done)}")
