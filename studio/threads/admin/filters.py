"""Filters of the lists: what the catalogue and the code know, so that no list is gone through for its choices."""

from django.utils.translation import gettext_lazy as _

from studio.audit.lists import exactly
from studio.providers import catalogue, registry
from studio.providers.errors import FailureCode
from studio.providers.registry import label_of


def providers() -> list[tuple[str, str]]:
    return [(name, label_of(name)) for name in registry.PROVIDERS]


def models() -> list[tuple[str, str]]:
    return sorted({spec.model: spec.label for spec in catalogue.specs()}.items(), key=lambda each: each[1])


def failures() -> list[tuple[str, str]]:
    return [(code.value, code.value.replace("_", " ")) for code in FailureCode]


PROVIDER = exactly("provider", _("provider"), providers)
MODEL = exactly("model", _("model"), models)
FAILURE = exactly("error_code", _("failure"), failures)
