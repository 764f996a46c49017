"""What a team's owners set for a provider. Each act is audited in its transaction; no address is ever written there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from studio.accounts.access import role_in
from studio.accounts.models import Role, Team, User
from studio.audit.records import record
from studio.providers import catalogue, sealing
from studio.threads import choosing, presigned
from studio.threads.actions.refusals import ActionRefused
from studio.threads.models import TeamProvider, UploadAddress
from studio.threads.patience import HOUR, LONGEST_TTL, SHORTEST_TTL

MOST_AT_ONCE = 500


@dataclass
class Added:
    """How many addresses are kept, and of the others the line and why not."""

    count: int = 0
    left_out: list[tuple[int, str]] = field(default_factory=list)


def set_terms(user: User, team: Team, provider: str, *, safety: str, ttl: timedelta | None) -> None:
    """How results are checked at first, and after how long the provider deletes them (None: it is not told).

    Raises PermissionDenied, or ActionRefused with a sentence.
    """
    _ensure_owner(user, team)
    if safety not in safety_modes(provider):
        raise ActionRefused(_("This provider does not check results in this way."), "safety")
    if ttl is not None and not SHORTEST_TTL <= ttl <= LONGEST_TTL:
        words = {"least": SHORTEST_TTL // HOUR, "most": LONGEST_TTL // HOUR}
        raise ActionRefused(_("Choose from %(least)d to %(most)d hours.") % words, "hours")
    seconds = None if ttl is None else int(ttl.total_seconds())
    with transaction.atomic():
        values = {"safety": safety, "ttl": seconds}
        row = TeamProvider.objects.select_for_update(no_key=True).filter(team=team, provider=provider)
        before = row.values("safety", "ttl").first()
        TeamProvider.objects.update_or_create(team=team, provider=provider, defaults=values)
        record(user, "provider.set", "team", team.pk, provider=provider, before=before, after=values)
    choosing.forget(team.pk)


def safety_modes(provider: str) -> list[str]:
    """In the order of the catalogue; empty for a provider that checks nothing."""
    return list(dict.fromkeys(mode for spec in catalogue.specs() if spec.provider == provider for mode in spec.safety))


def add_upload_addresses(user: User, team: Team, provider: str, lines: Sequence[str]) -> Added:
    """One address a line; empty lines do not count. What cannot be used is left out. Raises PermissionDenied."""
    _ensure_owner(user, team)
    added, fresh = Added(), dict[str, UploadAddress]()
    known = set(UploadAddress.objects.filter(team=team).values_list("fingerprint", flat=True))
    for number, line in enumerate(lines, 1):
        if not (text := line.strip()):
            continue
        try:
            row = _sealed(team, provider, presigned.read(text))
            if row.fingerprint in known or row.fingerprint in fresh:
                raise presigned.Unusable(_("it was given before"))
            if len(fresh) == MOST_AT_ONCE:
                raise presigned.Unusable(_("%(most)d fit at once") % {"most": MOST_AT_ONCE})
        except presigned.Unusable as error:
            added.left_out.append((number, str(error)))
        else:
            fresh[row.fingerprint] = row
    added.count = _store(user, team, fresh.values())
    return added


def remove_upload_address(user: User, address: UploadAddress) -> bool:
    """False: a job has taken it meanwhile, or it is gone. Raises PermissionDenied."""
    _ensure_owner(user, address.team)
    with transaction.atomic():
        removed, _rows = UploadAddress.objects.filter(pk=address.pk, used_at=None).delete()
        if removed:
            record(user, "upload_address.removed", "team", address.team_id, host=address.host, ending=address.ending)
    return bool(removed)


def remove_upload_addresses(user: User, team: Team, provider: str) -> int:
    """All that are left. What was used stays known, so that it is not used once more. Raises PermissionDenied."""
    _ensure_owner(user, team)
    rows = UploadAddress.objects.filter(team=team, provider=provider, used_at=None)
    with transaction.atomic():
        removed, _rows = rows.delete()
        record(user, "upload_addresses.removed", "team", team.pk, provider=provider, count=removed)
    return removed


def _ensure_owner(user: User, team: Team) -> None:
    if role_in(user, team) != Role.OWNER:
        raise PermissionDenied(_("Only owners of this team can set this."))


def _sealed(team: Team, provider: str, address: presigned.Presigned) -> UploadAddress:
    return UploadAddress(
        team=team,
        provider=provider,
        sealed=sealing.seal(address.url),
        fingerprint=sealing.fingerprint(address.url),
        host=address.host,
        ending=address.ending,
        expires_at=address.expires_at,
    )


def _store(user: User, team: Team, rows: Iterable[UploadAddress]) -> int:
    """How many are new: somebody else may paste the same at the same moment."""
    with transaction.atomic():
        before = UploadAddress.objects.filter(team=team).count()
        UploadAddress.objects.bulk_create(rows, ignore_conflicts=True)
        count = UploadAddress.objects.filter(team=team).count() - before
        if count:
            record(user, "upload_addresses.added", "team", team.pk, count=count)
    return count
