"""Keys of vendors: from the environment, else as entered in the admin, encrypted at rest. Never logged, never shown."""

from django.conf import settings
from django.utils.translation import gettext as _

from studio.providers import sealing
from studio.providers.errors import FailureCode, Refused
from studio.providers.models import ProviderKey

KEYLESS = frozenset({"local", "rehearsal"})
SHOWN = 4  # characters of a key's end, by which people tell two apart


def key_of(provider: str) -> str:
    """The key to call `provider` with; empty where it needs none. Raises Refused (unauthorised) where none is set."""
    if provider in KEYLESS:
        return ""
    key = find(provider)
    if not key:
        raise Refused(_("No key is set for this provider."), FailureCode.UNAUTHORISED)
    return key


def find(provider: str) -> str:
    """The key, or an empty string."""
    return settings.PROVIDER_KEYS.get(provider, "") or _unsealed(provider)


def ready() -> set[str]:
    """The providers that can be called: those with a key, and those that need none. One query."""
    entered = ProviderKey.objects.values_list("provider", flat=True)
    return {*KEYLESS, *entered, *(name for name, key in settings.PROVIDER_KEYS.items() if key)}


def keep(provider: str, key: str) -> None:
    """Encrypt and store; an empty key takes it out."""
    if not key:
        ProviderKey.objects.filter(provider=provider).delete()
        return
    values = {"sealed": sealing.seal(key), "ending": key[-SHOWN:] if len(key) > 4 * SHOWN else ""}
    ProviderKey.objects.update_or_create(provider=provider, defaults=values)


def _unsealed(provider: str) -> str:
    row = ProviderKey.objects.filter(provider=provider).first()
    if row is None:
        return ""
    try:
        return sealing.unseal(row.sealed)
    except sealing.Unreadable as error:
        sentence = _("The stored key was encrypted with another STUDIO_ENCRYPTION_KEY. Enter it again in the admin.")
        raise Refused(sentence, FailureCode.UNAUTHORISED) from error
