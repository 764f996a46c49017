from uuid import uuid5

from django.db import migrations, models
from django.utils import timezone


def say_who_holds(apps, schema_editor):
    """Files were held before their takes said so: by the vendor's flag, or by staff."""
    Take = apps.get_model("threads", "Take")
    for take in Take.objects.filter(asset__held=True).select_related("job"):
        flagged = {uuid5(take.job_id, f"take {each['index']}") for each in take.job.results if each.get("flagged")}
        take.held_at = timezone.now()
        take.held_by = "provider" if take.pk in flagged else "staff"
        take.save(update_fields=["held_at", "held_by"])


class Migration(migrations.Migration):

    dependencies = [
        ('threads', '0009_extend_last_frame_and_stops'),
        ('media', '0002_asset_asked_and_progress'),
    ]

    operations = [
        migrations.AddField(
            model_name='take',
            name='held_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held back since'),
        ),
        migrations.AddField(
            model_name='take',
            name='held_by',
            field=models.CharField(blank=True, choices=[('provider', "the provider's safety check"), ('staff', 'staff')], max_length=8, verbose_name='held back by'),
        ),
        migrations.AddField(
            model_name='take',
            name='held_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='why it is held back'),
        ),
        migrations.RunPython(say_who_holds, migrations.RunPython.noop),
    ]
