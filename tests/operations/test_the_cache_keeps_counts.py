"""Counts of failed sign-ins live in the cache: whoever tries many names must not push out those of others."""

import pytest
from django.core.cache import cache


@pytest.mark.django_db
def test_many_counts_push_out_none() -> None:
    cache.set("first", 5, 300)
    cache.set_many({f"another-{number}": 1 for number in range(400)}, 300)
    assert cache.get("first") == 5
    assert all(cache.get(f"another-{number}") == 1 for number in (0, 200, 399))
