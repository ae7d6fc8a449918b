import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authorizations', '0001_initial'),
        ('signatures', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='form',
            field=models.OneToOneField(blank=True, help_text='The signed prescriber survey, granted or refused. Empty for confirmations, and for old decisions.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='signatures.signedform', verbose_name='prescriber survey'),
        ),
        migrations.AddField(
            model_name='checklist',
            name='form',
            field=models.OneToOneField(blank=True, help_text='Empty only for checklists from before forms were kept whole.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checklist', to='signatures.signedform'),
        ),
        migrations.AddField(
            model_name='historicalchecklist',
            name='form',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Empty only for checklists from before forms were kept whole.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='signatures.signedform'),
        ),
    ]
