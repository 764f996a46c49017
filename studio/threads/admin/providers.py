"""Keys, for staff: entered once, shown never, tried out without spending. And which team may use what."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from studio.accounts.admin import TeamAdmin
from studio.audit.admin import RecordedAdmin
from studio.audit.records import record
from studio.providers import catalogue, keys, registry
from studio.providers.errors import ProviderError
from studio.providers.models import ProviderKey
from studio.providers.registry import label_of
from studio.threads.models import TeamProvider

ALWAYS_THERE = "local"  # spends nothing, and is what is left when all else is switched off


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    key = forms.CharField(
        label=_("Key"),
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        strip=True,
        help_text=_("It is encrypted and never shown again. A key set in the environment comes first."),
    )

    class Meta:
        model = ProviderKey
        fields = ["provider"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider" in self.fields:
            names = [name for name in registry.PROVIDERS if name not in keys.KEYLESS]
            choices = [(name, label_of(name)) for name in names]
            self.fields["provider"] = forms.ChoiceField(
                label=_("Provider"), choices=choices, widget=UnfoldAdminSelectWidget
            )

    def clean_provider(self) -> str:
        provider: str = self.cleaned_data["provider"]
        if not self.instance.pk and ProviderKey.objects.filter(provider=provider).exists():
            raise forms.ValidationError(_("There is a key for this provider. Open it to enter another one."))
        return provider


@admin.register(ProviderKey)
class ProviderKeyAdmin(RecordedAdmin):
    form = KeyForm
    list_display = ["shown_provider", "shown_ending", "changed_at"]
    actions_detail = ["try_key"]  # type: ignore[assignment]

    @admin.display(description=_("provider"), ordering="provider")
    def shown_provider(self, row: ProviderKey) -> str:
        return label_of(row.provider)

    @admin.display(description=_("key"))
    def shown_ending(self, row: ProviderKey) -> str:
        return f"•••• {row.ending}"

    def get_readonly_fields(self, request: HttpRequest, obj: ProviderKey | None = None) -> list[str]:
        return ["provider"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        keys.keep(obj.provider, form.cleaned_data["key"])
        obj.pk = ProviderKey.objects.get(provider=obj.provider).pk

    @action(description=_("Test the key"), permissions=["change"])  # type: ignore[arg-type, operator]
    def try_key(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks the vendor something that costs nothing."""
        row = get_object_or_404(ProviderKey, pk=object_id)
        record(request.user, "providerkey.tested", "providerkey", row.pk, provider=row.provider)  # type: ignore[arg-type]
        try:
            said = registry.provider(row.provider).check_key(keys.key_of(row.provider))
            messages.success(request, said)
        except ProviderError as error:
            messages.error(request, error.detail or str(_("The provider did not accept the key.")))
        return redirect("admin:providers_providerkey_change", object_id)


class TeamProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = TeamProvider
        fields = ["provider", "allowed", "default_model"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, label_of(name)) for name in registry.PROVIDERS if name != ALWAYS_THERE]
        models = [("", "—"), *((spec.key, spec.label) for spec in catalogue.specs())]
        self.fields["provider"] = forms.ChoiceField(label=_("Provider"), choices=names, widget=UnfoldAdminSelectWidget)
        self.fields["default_model"] = forms.ChoiceField(
            label=_("Model to start with"), choices=models, required=False, widget=UnfoldAdminSelectWidget
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        model = data.get("default_model", "")
        if model and not model.startswith(f"{data.get('provider')}/"):
            self.add_error("default_model", _("This model belongs to another provider."))
        return data


class TeamProviderInline(TabularInline):
    model = TeamProvider
    form = TeamProviderForm
    extra = 0


TeamAdmin.inlines = [*TeamAdmin.inlines, TeamProviderInline]
