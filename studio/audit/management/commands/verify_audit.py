"""`manage.py verify_audit`: whether the audit trail is as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from studio.audit.guards import missing, raise_guards
from studio.audit.verifying import verify


class Command(BaseCommand):
    help = "Checks every entry of the audit trail and names the first one that was changed. Exit code 1: not intact."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--known", metavar="NUMBER:HASH", help="what an earlier run has printed as the end")
        parser.add_argument("--guard", action="store_true", help="put the triggers back that are not there")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(_known(options["known"]))
        if found.broken:
            raise CommandError(
                f"The audit trail is broken at entry {found.broken.number}. {found.broken.sentence} "
                f"The {found.number} entries before it are as they were written."
            )
        self.stdout.write(
            f"The audit trail is intact: {found.number} entries. It ends with {found.number}:{found.hash}"
        )
        if options["guard"] and (raised := raise_guards(connection)):
            self.stdout.write(f"Put back: {', '.join(raised)}")
        if gone := missing(connection):
            raise CommandError(
                f"But the database no longer refuses changes to it: {', '.join(gone)} is not there. "
                "Find out who removed it, then put it back with: manage.py verify_audit --guard"
            )


def _known(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _colon, hash = text.partition(":")
    if not number.isdecimal() or not hash:
        raise CommandError("--known takes a number and a hash, as an earlier run has printed them: 12:9f86d0…")
    return int(number), hash
