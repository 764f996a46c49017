"""What the composer's form accepts: its fields and limits are the model spec's, its sentences are for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from studio.accounts.models import User
from studio.media.models import Asset
from studio.providers import catalogue
from studio.providers.catalogue import ModelSpec
from studio.threads.actions.checking import input_problems, operation_of
from studio.threads.choosing import chosen, defaults
from studio.threads.models import Operation, Take, Thread, TurnInput
from studio.threads.ways import granted, refused

TITLE_MAX = 200
INPUTS_READ = 20


def attached(data: Mapping[str, Any], user: User) -> tuple[list[Asset], int]:
    """The assets that `inputs` names, in its order, and how many of them are no longer there."""
    values = data.getlist("inputs") if isinstance(data, QueryDict) else data.get("inputs", [])
    ids = [each for value in values[:INPUTS_READ] if (each := read_id(value))]
    if not ids:
        return [], len(values)
    found = Asset.objects.visible_to(user).filter(trashed_at=None).prefetch_related("derived").in_bulk(ids)
    return [found[each] for each in ids if each in found], len(values) - len(found)


def read_id(text: object) -> UUID | None:
    try:
        return UUID(str(text or ""))
    except ValueError:
        return None


def read_number(text: object, usual: int) -> int:
    """A whole number of at most nine digits, else `usual`: from outside come thousands of digits, and other signs."""
    words = str(text or "")
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else usual


def roles_of(assets: Sequence[Asset], photos: str, beside: bool = False) -> list[str]:
    """A clip is a source. One photo is a first frame unless it is wanted as a reference; several are references.

    `beside` a take that is continued, one photo too is a reference unless it is wanted as the first frame.
    """
    usual = TurnInput.Role.REFERENCE if beside else TurnInput.Role.FIRST_FRAME
    alone = len(assets) == 1 and (photos or usual) != TurnInput.Role.REFERENCE
    still = TurnInput.Role.FIRST_FRAME if alone else TurnInput.Role.REFERENCE
    return [str(TurnInput.Role.SOURCE if asset.is_video else still) for asset in assets]


@dataclass(frozen=True)
class Wish:
    """What a composer asks for as it stands. `refused`: why it is not used as the form says; empty where it is."""

    roles: list[str]
    operation: Operation
    spec: ModelSpec
    refused: str


def wish_of(team: UUID, data: Mapping[str, Any], assets: Sequence[Asset], parent: object) -> Wish:
    """`data` may hold `model`, `photos` and `clip`; `parent` is the take that is built on, or says that there is one.

    The model decides whether photos go beside a take, and what is asked decides which models there are.
    """
    named, take = data.get("model"), parent if isinstance(parent, Take) else None
    spec, ways = chosen(team, Operation.CONTINUE, named, take), granted(team, data, assets)
    beside = bool(parent) and spec.references_with_video > 0
    roles = ways.roles(roles_of(assets, data.get("photos", ""), beside))
    usual = operation_of(spec, roles, parent)
    operation = operation_of(spec, roles, parent, ways.extends)
    if operation != Operation.CONTINUE:
        spec = chosen(team, operation, named, take)
    return Wish(roles, operation, spec, refused(ways, data, assets, usual))


class ComposerForm(forms.Form):
    """`cleaned_data` ends up with prompt, token, parent (Take or None), inputs and settings, ready for start_turn."""

    prompt = forms.CharField(label=gettext_lazy("What shall change?"), required=False, widget=forms.Textarea)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)
    model = forms.CharField(required=False)
    photos = forms.CharField(required=False)
    clip = forms.CharField(required=False)

    def __init__(self, data: Mapping[str, Any], *, user: User, thread: Thread) -> None:
        super().__init__(data if isinstance(data, QueryDict) else dict(data))
        self.user, self.thread = user, thread
        self.assets, self.missing = attached(data, user)
        wish = wish_of(thread.team_id, data, self.assets, data.get("parent"))
        self.roles, self.operation, self.spec = wish.roles, wish.operation, wish.spec
        self.not_granted = wish.refused
        for name in self.offered:
            self.fields[name] = forms.CharField(required=False)

    @property
    def offered(self) -> tuple[str, ...]:
        return self.spec.fields(self.operation)

    def clean_token(self) -> UUID:
        return self.cleaned_data["token"] or uuid4()

    def clean_prompt(self) -> str:
        prompt: str = self.cleaned_data["prompt"].strip()
        limits = self.spec.prompt
        if len(prompt) < limits.min:
            raise ValidationError(
                ngettext(
                    "Say in at least %(count)d character what you want.",
                    "Say in at least %(count)d characters what you want.",
                    int(limits.min),
                )
                % {"count": int(limits.min)}
            )
        if len(prompt) > limits.max:
            raise ValidationError(
                _("That is %(have)s characters, and %(most)s fit. Nothing is lost: shorten it and send again.")
                % {"have": grouped(len(prompt)), "most": grouped(int(limits.max))}
            )
        return prompt

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("model") and data["model"] != self.spec.key:
            # Never another model in silence: its price was not shown.
            self.add_error(
                "model", _("The chosen model cannot do this, or is no longer offered here. Choose another one.")
            )
        if self.not_granted:
            self.add_error(None, self.not_granted)
        data["parent_take"] = self._parent()
        data["inputs"] = self._inputs()
        data["settings"] = self._settings()
        return data

    def _parent(self) -> Take | None:
        wanted = self.cleaned_data.get("parent")
        goes_on = self.operation in (Operation.CONTINUE, Operation.EXTEND)
        if not wanted or not goes_on or TurnInput.Role.SOURCE in self.roles:
            return None
        take = (
            Take.objects.visible_to(self.user)
            .filter(pk=wanted, turn__thread=self.thread)
            .select_related("turn")
            .first()
        )
        if take is None:
            self.add_error("parent", _("The take you were editing is in the trash. Choose another one."))
        return take

    def _inputs(self) -> list[tuple[str, Asset]]:
        if self.missing:
            self.add_error(None, _("An attachment is gone. Take it out or attach it again."))
        inputs = list(zip(self.roles, self.assets, strict=True))
        for sentence in input_problems(self.spec, self.thread, self.operation, inputs):
            self.add_error(None, sentence)
        return inputs

    def _settings(self) -> dict[str, Any]:
        """Only what the operation takes; what the form leaves open stands as the team and the spec have it."""
        settings = defaults(self.thread.team_id, self.spec, self.operation)
        readers = {
            "duration": self._duration,
            "size": self._size,
            "resolution": self._resolution,
            "format": self._format,
            "quality": self._quality,
            "results": self._results,
            "safety": self._safety,
        }
        for name in self.offered:
            value = self.cleaned_data.get(name)
            if value:
                settings |= readers[name](value)
        return settings

    def _duration(self, value: str) -> dict[str, Any]:
        return {"duration": self._number("duration", value, self.spec.length(self.operation))}

    def _quality(self, value: str) -> dict[str, Any]:
        return {"quality": self._number("quality", value, self.spec.quality)}

    def _results(self, value: str) -> dict[str, Any]:
        return {"results": self._number("results", value, self.spec.results)}

    def _safety(self, value: str) -> dict[str, Any]:
        if value not in self.spec.safety:
            self.add_error("safety", _("%(model)s does not check results in this way.") % {"model": self.spec.label})
            return {}
        return {"safety": value}

    def _size(self, value: str) -> dict[str, Any]:
        size = next((size for size in self.spec.sizes if str(size) == value), None)
        if size is None:
            self.add_error("size", _("%(model)s does not make this size.") % {"model": self.spec.label})
            return {}
        return {"width": size.width, "height": size.height}

    def _resolution(self, value: str) -> dict[str, Any]:
        if value not in self.spec.resolutions:
            self.add_error("resolution", _("%(model)s does not make this size.") % {"model": self.spec.label})
            return {}
        return {"resolution": value}

    def _format(self, value: str) -> dict[str, Any]:
        if value not in self.spec.formats:
            self.add_error("format", _("%(model)s does not make this format.") % {"model": self.spec.label})
            return {}
        return {"format": value}

    def _number(self, name: str, value: str, limits: catalogue.Limits) -> int:
        try:
            number = int(value)
        except ValueError:
            number = -1
        if not limits.allow(number):
            words = {"least": round(limits.min), "most": round(limits.max)}
            self.add_error(name, _("Choose from %(least)d to %(most)d.") % words)
        return number


class TitleForm(forms.Form):
    title = forms.CharField(
        max_length=TITLE_MAX,
        error_messages={
            "required": gettext_lazy("A thread needs a title."),
            "max_length": gettext_lazy("The title is too long: 200 characters fit."),
        },
    )


def grouped(number: int) -> str:
    """10,000 as the reader's language writes it."""
    return number_format(number, force_grouping=True)
