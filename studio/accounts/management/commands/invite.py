"""Print a link that lets somebody join a team."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from studio.accounts import addresses, invitations
from studio.accounts.models import Role, Team


class Command(BaseCommand):
    help = "Print a link that lets one person join a team within 7 days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=Role.values, default=Role.EDITOR, help="what the person may do")
        parser.add_argument("--email", default="", help="only an account with this address may use the link")
        parser.add_argument("--team", default="", help="the team's name or id; needed where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        if email:
            try:
                validate_email(email)
            except ValidationError as error:
                raise CommandError(f"{email} is not an e-mail address. Nothing was made.") from error
        _invitation, token = invitations.invite(None, _team(options["team"]), Role(options["role"]), email=email)
        self.stdout.write(addresses.absolute(invitations.path_of(token)))


def _team(wanted: str) -> Team:
    teams = list(Team.objects.order_by("created_at"))
    if not teams:
        raise CommandError("There is no team yet. Open the studio's page and create the first account.")
    found = [team for team in teams if not wanted or wanted in (team.name, str(team.pk))]
    if len(found) == 1:
        return found[0]
    known = "\n".join(f"  {team.pk}  {team.name}" for team in teams)
    raise CommandError(f"{'No single team is called ' + wanted if wanted else 'Which team? Say --team'}:\n{known}")
