"""@name in a note: who of the team is meant."""

import re
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from studio.accounts.models import Team, User

MARK = re.compile(r"(?<![\w@])@([\w.\-]+(?: [A-Z][\w.\-]*)?)")


def mentioned(text: str, team: Team) -> list[User]:
    """Members whose name stands after an @, in the order of the text; of two names that fit, the longer one."""
    if "@" not in text:
        return []
    return named(text, User.objects.filter(memberships__team=team, is_active=True))


def named(text: str, people: Iterable[User]) -> list[User]:
    ordered = sorted(people, key=lambda user: (-len(user.display_name), user.pk))
    lowered, found = text.lower(), dict[int, User]()
    place = lowered.find("@")
    while place >= 0:
        is_start = place == 0 or not (lowered[place - 1].isalnum() or lowered[place - 1] in "._-")
        user = next((each for each in ordered if is_start and _stands(lowered, place + 1, each)), None)
        if user is not None:
            found.setdefault(user.pk, user)
        place = lowered.find("@", place + 1)
    return list(found.values())


def _stands(text: str, place: int, user: User) -> bool:
    name = user.display_name.lower()
    after = text[place + len(name) : place + len(name) + 1]
    return text.startswith(name, place) and not after.isalnum()


def marked(text: str) -> SafeString:
    """Escaped, what looks like a mention in bold. Line breaks are kept by the style sheet."""
    return mark_safe(MARK.sub(r'<b class="mention">@\1</b>', escape(text)))  # noqa: S308
