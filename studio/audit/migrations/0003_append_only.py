"""Chains the entries that are there, in the order in which they were written, and has the database guard them."""

from django.db import migrations, models

from studio.audit import chain, guards


def chain_what_is_there(apps, schema_editor):
    AuditEntry, ChainHead = apps.get_model("audit", "AuditEntry"), apps.get_model("audit", "ChainHead")
    number, last = 0, ""
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=1000):
        number += 1
        entry.number, entry.previous = number, last
        entry.hash = last = chain.digest(entry)
        entry.save(update_fields=["number", "previous", "hash"])
    ChainHead.objects.update_or_create(pk=1, defaults={"number": number, "hash": last})


def guard(apps, schema_editor):
    guards.raise_guards(schema_editor.connection)


def unguard(apps, schema_editor):
    guards.drop_guards(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [('audit', '0002_chain')]

    operations = [
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='auditentry',
            name='number',
            field=models.PositiveBigIntegerField(editable=False, unique=True, verbose_name='number'),
        ),
        migrations.RunPython(guard, unguard),
    ]
