"""What makes the trail append-only: triggers by which the database itself refuses to change or remove an entry.

SQLite drops them with a table that a migration builds anew: such a migration ends with `raise_guards`.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

ENTRIES, HEAD = "audit_auditentry", "audit_chainhead"
SENTENCE = "The audit trail is append-only: its entries can be neither changed nor removed."
STEP = "The end of the audit trail moves on one entry at a time."

SQLITE = {
    "audit_entry_no_update": (ENTRIES, f"BEFORE UPDATE ON {ENTRIES} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"),
    "audit_entry_no_delete": (ENTRIES, f"BEFORE DELETE ON {ENTRIES} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"),
    "audit_head_one_step": (
        HEAD,
        f"BEFORE UPDATE ON {HEAD} WHEN NEW.number <> OLD.number + 1 BEGIN SELECT RAISE(ABORT, '{STEP}'); END",
    ),
    "audit_head_no_delete": (HEAD, f"BEFORE DELETE ON {HEAD} BEGIN SELECT RAISE(ABORT, '{STEP}'); END"),
}
POSTGRESQL = {
    "audit_entry_no_change": (
        ENTRIES, f"BEFORE UPDATE OR DELETE ON {ENTRIES} FOR EACH ROW EXECUTE FUNCTION audit_refuse('{SENTENCE}')",
    ),
    "audit_entry_no_truncate": (
        ENTRIES, f"BEFORE TRUNCATE ON {ENTRIES} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('{SENTENCE}')",
    ),
    "audit_head_one_step": (
        HEAD,
        f"BEFORE UPDATE ON {HEAD} FOR EACH ROW WHEN (NEW.number <> OLD.number + 1) "
        f"EXECUTE FUNCTION audit_refuse('{STEP}')",
    ),
    "audit_head_no_delete": (HEAD, f"BEFORE DELETE ON {HEAD} FOR EACH ROW EXECUTE FUNCTION audit_refuse('{STEP}')"),
    "audit_head_no_truncate": (
        HEAD, f"BEFORE TRUNCATE ON {HEAD} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('{STEP}')",
    ),
}  # fmt: skip
# 23001 is restrict_violation: an IntegrityError, as SQLite's RAISE is.
REFUSE = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23001'; END $$
"""


def raise_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Puts up those that are not there, and answers their names."""
    wanted = missing(connection)
    with connection.cursor() as cursor:
        if wanted and connection.vendor == "postgresql":
            cursor.execute(REFUSE)
        for name in wanted:
            cursor.execute(f"CREATE TRIGGER {name} {_known(connection)[name][1]}")
    return wanted


def drop_guards(connection: BaseDatabaseWrapper) -> None:
    """For a migration that builds the table anew, and for tests that empty all tables."""
    with connection.cursor() as cursor:
        for name, (table, _body) in _known(connection).items():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """A trigger that is there and switched off counts as missing."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {str(row[0]) for row in cursor.fetchall()}
    return [name for name in _known(connection) if name not in there]


def _known(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, str]]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE
