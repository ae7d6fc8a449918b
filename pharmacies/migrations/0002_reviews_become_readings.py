"""What was reviewed for a pharmacy becomes what its authorized representative read."""

from django.db import migrations
from django.db.models import Q

from rems_portal.materials.migrations._carrying import carry
from rems_portal.rules.calendars import program_day


def carry_reviews(apps, schema_editor):
    """The reader is who wrote the review down; where that is not known, the representative of that day."""
    Staff = apps.get_model("pharmacies", "PharmacyStaff")

    def reader_of(review, rows):
        if rows and rows[0].history_user_id is not None:
            return rows[0].history_user_id
        represented = Staff.objects.filter(pharmacy_id=review.certification.pharmacy_id, is_representative=True)
        earliest_first, day = represented.order_by("starts_on", "pk"), program_day(review.reviewed_at)
        then = earliest_first.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)
        found = then.first() or earliest_first.first()
        if found is None:
            raise ValueError(f"Pharmacy {review.certification.pharmacy_id} has reviews, but nobody represents it")
        return found.user_id

    carry(
        apps,
        apps.get_model("pharmacies", "PharmacyMaterialReview"),
        apps.get_model("pharmacies", "HistoricalPharmacyMaterialReview"),
        reader_of,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('pharmacies', '0001_initial'),
        ('materials', '0001_readings'),
    ]

    operations = [
        migrations.RunPython(carry_reviews, migrations.RunPython.noop),
    ]
