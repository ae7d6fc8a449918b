from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pharmacies', '0002_reviews_become_readings'),
    ]

    operations = [
        migrations.DeleteModel(
            name='HistoricalPharmacyMaterialReview',
        ),
        migrations.DeleteModel(
            name='PharmacyMaterialReview',
        ),
    ]
