"""manage.py prune: forget what is old, empty the trash that is due."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from studio.operations.pruning import prune


class Command(BaseCommand):
    help = "Forgets what is old and empties what is due. `up` does it every hour; run it so in split deployments."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in prune(timezone.now()).items():
            self.stdout.write(f"{name}: {count}")
