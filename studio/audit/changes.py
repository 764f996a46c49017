"""What a form of the admin changed, for the trail: each field before and after. What is secret is never in it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from studio.audit.chain import plain

SECRET = ("password", "secret", "token", "sealed", "key", "usable_password")
HIDDEN = "•••"
LONGEST = 500


def of_form(form: Any) -> dict[str, dict[str, Any]]:
    """{"before": …, "after": …} of the fields that are not as they were; of a new row only `after`."""
    names = [name for name in form.changed_data if name in form.fields]
    instance = getattr(form, "instance", None)
    is_new = instance is not None and instance._state.adding
    after = {name: _shown(form, name, form.cleaned_data.get(name)) for name in names}
    if is_new or not names:
        return {"after": after} if after else {}
    return {"before": {name: _shown(form, name, form[name].initial) for name in names}, "after": after}


def of_rows(formsets: Any) -> Iterator[dict[str, Any]]:
    """The rows of other models that were edited on the same page."""
    for formset in formsets or ():
        forms_by_row = {form.instance.pk: form for form in formset.initial_forms}
        for row in formset.new_objects:
            form = next((each for each in formset.extra_forms if each.instance is row), None)
            yield _row("added", row, {"after": of_form(form).get("after", {})} if form else {})
        for row, _fields in formset.changed_objects:
            yield _row("changed", row, of_form(forms_by_row[row.pk]) if row.pk in forms_by_row else {})
        for row in formset.deleted_objects:
            yield _row("deleted", row, {"label": str(row)[:LONGEST]})


def _row(what: str, row: Model, detail: dict[str, Any]) -> dict[str, Any]:
    return {"kind": str(row._meta.model_name), "id": str(row.pk), "what": what, **detail}


def _shown(form: Any, name: str, value: Any) -> Any:
    if isinstance(form.fields[name].widget, forms.PasswordInput) or is_secret(name):
        return HIDDEN
    return short(value)


def is_secret(name: str) -> bool:
    return any(name == word or name.endswith(f"_{word}") or name.startswith(f"{word}_") for word in SECRET) or (
        name.startswith("password")
    )


def short(value: Any) -> Any:
    """A row by its key, a list of rows by theirs, long words cut off."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, QuerySet | list | tuple):
        return [short(each) for each in value]
    as_kept = plain(value)
    return as_kept[:LONGEST] if isinstance(as_kept, str) else as_kept
