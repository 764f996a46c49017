"""Lists of the admin that stay quick with a hundred thousand rows: counted up to a bound, searched by index first."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property

COUNTED = 10_000
FOUND = 500  # rows that one exact name, or one person's, may lead to


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Beyond the bound nobody turns pages, but filters or searches: counting all is what takes long."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by().values("pk")[: COUNTED + 1].count() if isinstance(rows, QuerySet) else len(rows)

    def page(self, number: int | str) -> Page[Any]:
        """The keys of the page first: sorting these alone is less work than sorting whole rows with their joins."""
        found: Page[Any] = super().page(number)
        if isinstance(rows := found.object_list, QuerySet):
            keys, whole = list(rows.values_list("pk", flat=True)), rows.all()
            whole.query.clear_limits()
            whole.query.clear_where()  # the keys are what passed the filters: asking them again takes as long again
            found.object_list = whole.filter(pk__in=keys)
        return found


class Searched:
    """An id or another exact name is looked up through its index; only other words go through `search_fields`.

    `exact_fields` are compared as they are (with a uuid those of `uuid_fields`). `search_through` names foreign keys
    and the columns of theirs by which their few rows are found first.
    """

    uuid_fields: ClassVar[Sequence[str]] = ()
    exact_fields: ClassVar[Sequence[str]] = ()
    search_through: ClassVar[dict[str, Sequence[str]]] = {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        named = self._named(queryset.model, term) if term else set()
        if named:
            return queryset.filter(pk__in=named), False
        through = self._through(queryset.model, term) if term else Q()
        if through and "@" in term:
            return queryset.filter(through), False  # an address: nobody looks for it in prompts
        found, has_doubles = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        return (found | queryset.filter(through) if through else found), has_doubles

    def _named(self, model: type[Model], term: str) -> set[Any]:
        fields = [*self.exact_fields, *(self.uuid_fields if _is_uuid(term) else ())]
        rows = model._default_manager.order_by()
        return {key for name in fields for key in rows.filter(**{name: term}).values_list("pk", flat=True)[:FOUND]}

    def _through(self, model: type[Model], term: str) -> Q:
        found = Q()
        for name, columns in self.search_through.items():
            related: Any = model._meta.get_field(name).related_model
            holds = Q()
            for column in columns:
                holds |= Q(**{f"{column}__icontains": term})
            if keys := list(related._default_manager.order_by().filter(holds).values_list("pk", flat=True)[:FOUND]):
                found |= Q(**{f"{name}__in": keys})
        return found


def exactly(field: str, title: str | Promise, choices: Callable[[], Sequence[tuple[str, str]]]) -> type[Any]:
    """A filter whose choices are known, so that no list is gone through to find them."""

    class Exactly(admin.SimpleListFilter):
        parameter_name = f"{field}__exact"

        def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
            return choices()

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    Exactly.title = title  # type: ignore[assignment]
    return Exactly


def _is_uuid(term: str) -> bool:
    try:
        uuid.UUID(term)
    except ValueError:
        return False
    return True
