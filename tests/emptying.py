"""Empties the database after a test with real transactions, quicker than Django's flush.

A flush truncates every table there is and makes all content types and permissions anew, on PostgreSQL for seconds.
Here rows are deleted where there are some, and what Django made of our models stays.
"""

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction

from studio.audit import guards

OF_THE_MODELS = {"django_content_type", "auth_permission"}


def empty_tables() -> None:
    """The audit trail too, which its triggers refuse: they come down for that moment alone, nowhere in the product."""
    cache.clear()  # its table is no model's; a throttle would reach into the next test
    with transaction.atomic(), connection.cursor() as cursor:
        full = _with_rows()
        guarded = not full.isdisjoint({guards.ENTRIES, guards.HEAD})
        if guarded:
            guards.drop_guards(connection)
        for table in sorted(full):  # in any order: foreign keys are checked at the commit
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        if guarded:
            guards.raise_guards(connection)


def _with_rows() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed} - OF_THE_MODELS
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
                for table in sorted(tables)
            )
        )
        return {row[0] for row in cursor.fetchall()}
