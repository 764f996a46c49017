"""Which providers there are. A new one is one line here and its rows in catalogue.toml (see ADDING.md)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from studio.providers.base import Provider
from studio.providers.evolink import EvoLinkProvider
from studio.providers.google import GoogleProvider
from studio.providers.local.provider import LocalProvider
from studio.providers.rehearsal import RehearsalProvider
from studio.providers.runware import RunwareProvider

PROVIDERS: dict[str, Provider] = {
    "local": LocalProvider(),
    "runware": RunwareProvider(),
    "evolink": EvoLinkProvider(),
    "google": GoogleProvider(),
    "rehearsal": RehearsalProvider(),
}

LABELS = {"runware": "Runware", "evolink": "EvoLink", "google": "Google", "rehearsal": _("Rehearsal")}


def label_of(provider: str) -> str:
    """How people know it."""
    return str(LABELS.get(provider, provider))


def provider(name: str) -> Provider:
    """Raises KeyError: the catalogue is checked against this table by a test, so rows cannot name a stranger."""
    return PROVIDERS[name]


def sweep(now: datetime) -> None:
    """Puts back to work what a crash left behind in providers that keep books here."""
    for each in PROVIDERS.values():
        each.sweep(now)
