"""The group of those who look after what is made here, without being able to change people, keys or rules."""

from functools import reduce
from operator import or_

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet

NAME = "Moderators"
# By room: what they may look at, and beyond that what they may do. Kept as it is here with each start of the studio.
MAY_VIEW = {
    "accounts": ("user", "team", "membership"),
    "threads": ("thread", "turn", "take", "job"),
    "media": ("asset",),
    "screening": ("rule", "finding"),
    "review": ("note", "decision"),
    "moderation": ("case", "report", "strike", "appeal"),
}
MAY_DO = {
    "accounts": ("suspend_user",),
    "threads": ("change_take", "change_job"),  # hold and release; try again
    "moderation": ("change_case", "add_strike", "change_strike", "change_appeal"),
}


def ensure_group() -> bool:
    """Makes the group, or brings its permissions up to date; answers whether anything had to be done."""
    wanted = set(_wanted().values_list("pk", flat=True))
    group = Group.objects.filter(name=NAME).first()
    if group and set(group.permissions.values_list("pk", flat=True)) == wanted:
        return False
    with transaction.atomic():
        group, _made = Group.objects.get_or_create(name=NAME)
        group.permissions.set(wanted)
    return True


def _wanted() -> QuerySet[Permission]:
    names = [(room, f"view_{model}") for room, models in MAY_VIEW.items() for model in models]
    names += [(room, name) for room, known in MAY_DO.items() for name in known]
    any_of = [Q(content_type__app_label=room, codename=name) for room, name in names]
    return Permission.objects.filter(reduce(or_, any_of))
