"""What a prescriber reviewed becomes what the prescriber's account read."""

from django.db import migrations

from rems_portal.materials.migrations._carrying import carry


def carry_reviews(apps, schema_editor):
    """The reader is the prescriber: nobody else could say that a material was reviewed."""
    carry(
        apps,
        apps.get_model("prescribers", "PrescriberMaterialReview"),
        apps.get_model("prescribers", "HistoricalPrescriberMaterialReview"),
        lambda review, rows: review.certification.prescriber.user_id,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('prescribers', '0001_initial'),
        ('materials', '0001_readings'),
    ]

    operations = [
        migrations.RunPython(carry_reviews, migrations.RunPython.noop),
    ]
