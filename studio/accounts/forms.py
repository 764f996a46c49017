"""The forms of the sign-in and team pages. A password is typed once: the field can show it instead."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import Role, User


def _email(**attributes: Any) -> forms.EmailField:
    attributes = {"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"} | attributes
    return forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attributes))


def _name() -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "name"})
    return forms.CharField(label=_("Your name"), max_length=80, required=False, widget=widget)


def _new_password() -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters; a few words in a row are good."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class NewAccountForm(forms.Form):
    """E-mail, optional name, password; the password is judged together with the other two."""

    email = _email()
    name = _name()
    password = _new_password()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "password" in data:
            person = User(email=data.get("email", ""), name=data.get("name", ""))
            try:
                password_validation.validate_password(data["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class FirstAccountForm(NewAccountForm):
    team = forms.CharField(label=_("Team name"), max_length=80, required=False)
    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        help_text=_("It stands in the window or log where Retake was started."),
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    field_order = ["code", "email", "name", "password", "team"]

    def __init__(self, *args: Any, code_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not code_needed:
            del self.fields["code"]
        first = "code" if code_needed else "email"
        self.fields[first].widget.attrs["autofocus"] = True


class InvitedAccountForm(NewAccountForm):
    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if address:
            self.fields["email"].initial = address
            self.fields["email"].widget.attrs["readonly"] = True


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"placeholder": _("anyone with the link"), "autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class TeamNameForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=80)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": _("Your name")}


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}
        self.fields["password"].help_text = ""
        _without_placeholders(self)


class AskResetForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs["autofocus"] = True
        _without_placeholders(self)


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _typed_once(self)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["oldpassword"].help_text = ""
        _typed_once(self)


def _typed_once(form: forms.Form) -> None:
    del form.fields["password2"]
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = _("At least 10 characters; a few words in a row are good.")
    _without_placeholders(form)


def _without_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
