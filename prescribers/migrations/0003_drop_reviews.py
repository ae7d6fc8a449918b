from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('prescribers', '0002_reviews_become_readings'),
    ]

    operations = [
        migrations.DeleteModel(
            name='HistoricalPrescriberMaterialReview',
        ),
        migrations.DeleteModel(
            name='PrescriberMaterialReview',
        ),
    ]
