"""What the composer shows: its parent, what is attached, the fields that the model takes for that, and its limits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from studio import engine
from studio.accounts.models import User
from studio.media.limits import UploadLimits, upload_limits
from studio.media.models import Asset
from studio.providers import catalogue
from studio.providers.catalogue import ModelSpec, Size
from studio.spending.quoting import Quote
from studio.threads.actions.checking import operation_of, problem_together
from studio.threads.cards import Media, TakeCard, take_card
from studio.threads.choosing import defaults, offered
from studio.threads.forms import ComposerForm, attached, read_id, wish_of
from studio.threads.models import Operation, Take, Thread, Turn, TurnInput
from studio.threads.notices import about_length, without_address
from studio.threads.pricing import price_of
from studio.threads.terms import left_of
from studio.threads.ways import clip_ways, photo_ways

FORMAT_WORDS = {"mp4": "MP4", "webm": "WEBM", "mov": "MOV", "prores": "ProRes"}
RESOLUTION_WORDS = {"auto": gettext_noop("As the source"), "4k": "4K"}
RARE = ("safety",)
SAFETY_WORDS = {
    "none": gettext_noop("Results are not checked"),
    "fast": gettext_noop("First, middle and last frame"),
    "full": gettext_noop("Every frame"),
}
IDEAS_SHOWN = 8


@dataclass(frozen=True)
class Choice:
    value: str
    word: str
    chosen: bool


@dataclass(frozen=True)
class FieldView:
    """A setting as the composer draws it: a list of choices, or a range where `choices` is empty."""

    name: str
    word: str
    choices: tuple[Choice, ...] = ()
    value: str = ""
    least: int = 0
    most: int = 0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attachment:
    role: str
    asset: Asset
    media: Media


@dataclass
class Composer:
    thread: Thread
    operation: Operation
    spec: ModelSpec
    parent: TakeCard | None
    prompt: str = ""
    token: UUID = field(default_factory=uuid4)
    fields: list[FieldView] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    prompt_errors: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def parent_id(self) -> str:
        return str(self.parent.id) if self.parent else ""

    @property
    def assets(self) -> list[Asset]:
        return [each.asset for each in self.attachments]

    @property
    def parent_asset(self) -> Asset | None:
        return self.parent.take.asset if self.parent else None

    @property
    def is_edit(self) -> bool:
        return self.operation in (Operation.EDIT, Operation.CONTINUE)

    @property
    def is_extension(self) -> bool:
        return self.operation == Operation.EXTEND

    @property
    def on_take(self) -> bool:
        """It builds on the parent, and not on a clip that is attached."""
        return self.operation == Operation.CONTINUE or (self.is_extension and not self.attached_clips)

    @property
    def attached_clips(self) -> int:
        return sum(asset.is_video for asset in self.assets)

    @property
    def keeps_shape(self) -> bool:
        return self.is_edit and "size" not in self.spec.fields(self.operation)

    @property
    def models(self) -> list[ModelSpec]:
        """For an extension those that only change a clip, too: chosen, they change it."""
        return offered(self.thread.team_id, Operation.CONTINUE if self.is_extension else self.operation)

    @property
    def photo_ways(self) -> list[Choice]:
        """A photo may be the first frame or a reference, two may be first and last: that is for the person to say."""
        roles = {each.role for each in self.attachments}
        return [Choice(value, word, value in roles) for value, word in photo_ways(self.spec, self.assets)]

    @property
    def clip_ways(self) -> list[Choice]:
        """A clip or take may be changed or extended, a clip beside photos may be a reference."""
        now = Operation.EDIT if self.is_edit else self.operation
        ways = clip_ways(self.spec, self.assets, self.operation)
        return [Choice(value, word, value == now) for value, word in ways]

    @property
    def about_length(self) -> str:
        return about_length(self.spec, self.operation, self.assets, self.parent_asset)

    @property
    def without_address(self) -> list[str]:
        return [_(words) for words in without_address(self.spec, self.operation, self.assets, self.parent_asset)]

    @property
    def source_most(self) -> float:
        """Seconds that an attached clip may have, for whatever the model does with it."""
        return max(self.spec.source(operation).max for operation in (Operation.EDIT, Operation.EXTEND))

    @property
    def quick(self) -> list[FieldView]:
        return [each for each in self.fields if each.choices and each.name not in RARE]

    @property
    def rare(self) -> list[FieldView]:
        """Choices that stand in the model's menu."""
        return [each for each in self.fields if each.name in RARE]

    @property
    def ranges(self) -> list[FieldView]:
        return [each for each in self.fields if not each.choices]

    @property
    def prompt_most(self) -> int:
        return int(self.spec.prompt.max)

    @property
    def prompt_least(self) -> int:
        return int(self.spec.prompt.min)

    @property
    def price(self) -> str:
        """What sending will cost, as the fields stand; empty where it is free."""
        found = price_of(
            self.spec,
            self.operation,
            _settings(self.fields),
            self.assets,
            self.parent_asset,
        )
        return "" if found.is_free else str(found)

    @property
    def uploads_left(self) -> int | None:
        """How many upload addresses are left, where they are too few for this turn; else None."""
        left = left_of(self.thread.team_id, self.spec)
        return left if left is not None and left < _settings(self.fields).get("results", 1) else None

    @property
    def placeholder(self) -> str:
        if self.is_edit:
            return _("What shall change? Say what stays, too.")
        if self.is_extension:
            return _("What shall happen next?")
        if self.operation == Operation.ANIMATE:
            return _("How shall it move?")
        return _("Describe the clip: what is seen, the light, the mood.")

    @property
    def ideas(self) -> Sequence[str]:
        own = idea_prompts(self.operation) if self.spec.provider == "local" else remote_ideas(self.operation)
        return own[:IDEAS_SHOWN]

    @property
    def limits(self) -> UploadLimits:
        return upload_limits()


def _settings(fields: Sequence[FieldView]) -> dict[str, Any]:
    """The values that a price depends on."""
    chosen = {each.name: each.value for each in fields}
    found: dict[str, Any] = {name: int(chosen[name]) for name in ("duration", "results") if chosen.get(name)}
    found |= {"resolution": chosen["resolution"]} if "resolution" in chosen else {}
    if "size" in chosen:
        width, height = chosen["size"].split("x")
        found |= {"width": int(width), "height": int(height)}
    return found


def idea_prompts(operation: Operation) -> list[str]:
    """Chips: each inserts text that may be edited before it is sent."""
    if operation in (Operation.EDIT, Operation.CONTINUE):
        return [_("keep everything else"), *(_(idea) for idea in engine.ideas())]
    if operation == Operation.ANIMATE:
        return [_("push in slowly"), _("pan slowly to the left"), _("pull back slowly")]
    if operation == Operation.EXTEND:
        return [_("it goes on without a cut"), _("the camera pulls back slowly"), _("it comes to rest")]
    return [_(idea) for idea in engine.scene_ideas()]


def remote_ideas(operation: Operation) -> list[str]:
    """What these models follow best: what changes, what stays, and negative wishes, which have no other place."""
    kept = [_("keep everything else unchanged")] if operation in (Operation.EDIT, Operation.CONTINUE) else []
    return [*kept, _("no dialogue"), _("no on-screen text"), *idea_prompts(operation)[len(kept) :]]


def fresh_composer(
    user: User, thread: Thread, parent: TakeCard | None, data: Mapping[str, Any] | None = None
) -> Composer:
    """One without words. `data` holds what to keep of a form: its `inputs`, its model and its settings."""
    kept: Mapping[str, Any] = data if data is not None else {}
    assets, _missing = attached(kept, user)
    wish = wish_of(thread.team_id, kept, assets, parent.take if parent else None)
    standing = defaults(thread.team_id, wish.spec, wish.operation)
    problem = problem_together(wish.spec, wish.operation, list(zip(wish.roles, assets, strict=True)))
    return Composer(
        thread=thread,
        operation=wish.operation,
        spec=wish.spec,
        parent=parent,
        fields=field_views(wish.spec, wish.operation, kept, {}, standing),
        attachments=attachments_of(wish.roles, assets),
        errors=(problem,) if problem else (),  # said at once, for something must be taken out before it can be sent
    )


def composer_like(user: User, thread: Thread, turn: Turn, model: str = "") -> Composer:
    """One that asks for the same as `turn`: its words, inputs and settings, with another model if one is named."""
    rows = TurnInput.objects.filter(turn=turn).order_by("position", "role")
    inputs = list(rows.values_list("asset_id", "role"))
    kept = settings_as_fields(turn.settings) | {
        "inputs": [str(asset) for asset, _role in inputs],
        **ways_of(turn, {role for _asset, role in inputs}),
        "model": model or f"{turn.provider}/{turn.model}",
    }
    parent = parent_card(user, thread, str(turn.parent_id or ""))
    made = fresh_composer(user, thread, parent, kept)
    made.prompt = turn.prompt
    return made


def ways_of(turn: Turn, roles: Collection[str]) -> dict[str, str]:
    """How a turn used what was attached, as a form would say it."""
    words = (TurnInput.Role.LAST_FRAME, TurnInput.Role.REFERENCE, TurnInput.Role.FIRST_FRAME)
    photos = next((str(role) for role in words if role in roles), "")
    return {"photos": photos, "clip": "reference" if turn.operation == Operation.REFERENCE else turn.operation}


def settings_as_fields(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A turn's settings as a form would hold them."""
    fields = {name: _written(value) for name, value in settings.items() if name not in ("width", "height")}
    if settings.get("width"):
        fields["size"] = str(Size(settings["width"], settings["height"]))
    return fields


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def price_with(
    spec: ModelSpec, operation: Operation, fields: Mapping[str, Any], assets: Sequence[Asset], parent: Asset | None
) -> Quote:
    """What a composer with these fields would show; what the model does not take of them stands as its spec has it."""
    views = field_views(spec, operation, fields, {}, spec.defaults(operation))
    return price_of(spec, operation, _settings(views), assets, parent)


def composer_of(form: ComposerForm) -> Composer:
    """The form as it was sent, with its sentences: nothing that was typed or attached is lost."""
    errors = form.errors
    parent = parent_card(form.user, form.thread, form.data.get("parent") or "")
    operation = form.operation
    if parent is None and operation in (Operation.CONTINUE, Operation.EXTEND):
        operation = operation_of(form.spec, form.roles, None, extend=operation == Operation.EXTEND)
    standing = defaults(form.thread.team_id, form.spec, operation)
    elsewhere = [str(each) for name, found in errors.items() if name not in ("prompt", *form.offered) for each in found]
    return Composer(
        thread=form.thread,
        operation=operation,
        spec=form.spec,
        parent=parent,
        prompt=form.data.get("prompt", ""),
        token=form.cleaned_data.get("token") or uuid4(),
        fields=field_views(form.spec, operation, form.data, errors, standing),
        attachments=attachments_of(form.roles, form.assets),
        prompt_errors=tuple(str(each) for each in errors.get("prompt", [])),
        errors=tuple(elsewhere),
    )


def parent_card(user: User, thread: Thread, take_id: str) -> TakeCard | None:
    """The take to continue from, or None where it is none of this thread's, or held back."""
    wanted = read_id(take_id)
    if wanted is None:
        return None
    take = (
        Take.objects.visible_to(user)
        .filter(pk=wanted, turn__thread=thread, asset__held=False)
        .select_related("turn", "asset")
        .prefetch_related("asset__derived")
        .first()
    )
    return take_card(take) if take else None


def attachments_of(roles: Sequence[str], assets: Sequence[Asset]) -> list[Attachment]:
    return [Attachment(role, asset, Media.of(asset)) for role, asset in zip(roles, assets, strict=True)]


def field_views(
    spec: ModelSpec,
    operation: Operation,
    data: Mapping[str, Any],
    errors: Mapping[str, Sequence[Any]],
    standing: Mapping[str, Any],
) -> list[FieldView]:
    """`standing` are the settings of which `data` says nothing."""
    start = settings_as_fields(standing)
    views = []
    for name in spec.fields(operation):
        said = tuple(str(each) for each in errors.get(name, ()))
        views.append(_view(spec, operation, name, str(data.get(name) or ""), start[name], said))
    return views


def _view(
    spec: ModelSpec, operation: Operation, name: str, value: str, start: str, errors: tuple[str, ...]
) -> FieldView:
    """`start` is what it stands at where `value` is none of the choices."""
    if name == "quality":
        value = value or start
        return FieldView(
            name, _("Quality"), value=value, least=int(spec.quality.min), most=int(spec.quality.max), errors=errors
        )
    adds = operation == Operation.EXTEND
    seconds = _("+ %(seconds)d s") if adds else _("%(seconds)d s")
    words: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "duration": (
            _("Length added") if adds else _("Length"),
            [(str(each), seconds % {"seconds": each}) for each in _whole(spec.length(operation))],
        ),
        "resolution": (_("Resolution"), [(each, _(RESOLUTION_WORDS.get(each, each))) for each in spec.resolutions]),
        "size": (_("Shape"), [(str(size), shape_word(size, spec.sizes)) for size in spec.sizes]),
        "format": (_("Format"), [(each, FORMAT_WORDS[each]) for each in spec.formats]),
        "results": (_("Takes"), [(str(each), f"× {each}") for each in _whole(spec.results)]),
        "safety": (_("Safety check"), [(each, _(SAFETY_WORDS[each])) for each in spec.safety]),
    }
    word, pairs = words[name]
    chosen = value if value in {each for each, _word in pairs} else start
    return FieldView(
        name, word, tuple(Choice(each, text, each == chosen) for each, text in pairs), chosen, errors=errors
    )


def shape_word(size: Size, sizes: Sequence[Size]) -> str:
    """16:9 where that says it; the pixels where several sizes have one shape."""
    same = [each for each in sizes if each.width * size.height == each.height * size.width]
    common = gcd(size.width, size.height)
    return f"{size.width // common}:{size.height // common}" if len(same) == 1 else f"{size.width} × {size.height}"


def _whole(limits: catalogue.Limits) -> range:
    return range(int(limits.min), int(limits.max) + 1)
