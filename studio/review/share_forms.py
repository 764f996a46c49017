"""What the pages of share links ask: of those who make them, and of guests."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.review.actions.sharing import Terms
from studio.review.guests import LONGEST_NAME, name_of
from studio.review.models import ShareLink

SHORTEST_PASSWORD = 6


class ShareForm(forms.Form):
    """The terms of one link. `scope` is a take's id, or empty for all of the thread; it never changes afterwards."""

    scope = forms.ChoiceField(label=gettext_lazy("Shows"), required=False)
    label = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"placeholder": gettext_lazy("The client, the sound studio …"), "autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=128,
        required=False,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    no_password = forms.BooleanField(label=gettext_lazy("Take the password away"), required=False)
    last_day = forms.DateField(
        label=gettext_lazy("Good until the end of"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    may_note = forms.BooleanField(label=gettext_lazy("Guests may write notes"), required=False)
    may_download = forms.BooleanField(label=gettext_lazy("Guests may download"), required=False)
    shows_prompts = forms.BooleanField(label=gettext_lazy("Guests see the prompts"), required=False)

    def __init__(self, data: Any = None, *, link: ShareLink | None = None, scopes: Any = (), **kwargs: Any) -> None:
        super().__init__(data, initial=_initial(link), **kwargs)
        self.link = link
        if link is not None:
            del self.fields["scope"]
        else:
            self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
            del self.fields["no_password"]
        self.fields["last_day"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password and len(password) < SHORTEST_PASSWORD:
            raise forms.ValidationError(
                _("At least %(least)d characters: whoever has the address may try.") % {"least": SHORTEST_PASSWORD}
            )
        return password

    def clean_last_day(self) -> datetime | None:
        """The moment after that day. What a link has already may be past; a new day must not."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        until = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        kept = self.link.expires_at if self.link else None
        if until <= timezone.now() and until != kept:
            raise forms.ValidationError(_("That day is over. Choose a later one, or none."))
        return until

    def terms(self) -> Terms:
        data = self.cleaned_data
        password = data["password"] or ("" if self.link is None or data["no_password"] else None)
        return Terms(
            label=" ".join(data["label"].split()),
            password=password,
            expires_at=data["last_day"],
            may_download=data["may_download"],
            may_note=data["may_note"],
            shows_prompts=data["shows_prompts"],
        )

    def take_id(self) -> UUID | None:
        scope = self.cleaned_data.get("scope")
        return UUID(scope) if scope else None


def _initial(link: ShareLink | None) -> dict[str, Any]:
    if link is None:
        return {"may_note": True}
    return {
        "label": link.label,
        "last_day": link.last_day,
        "may_note": link.may_note,
        "may_download": link.may_download,
        "shows_prompts": link.shows_prompts,
    }


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off", "autofocus": True}),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "name", "autofocus": True}),
    )

    def clean_name(self) -> str:
        name = name_of(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write the name that the others will see beside your notes."))
        return name
