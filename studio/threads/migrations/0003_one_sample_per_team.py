from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("threads", "0002_job_lease_token"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_sample", True)), fields=("team",), name="one_sample_per_team"
            ),
        ),
    ]
