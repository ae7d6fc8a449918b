"""The database itself asks for the seal, once every form has one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('signatures', '0003_seal_all_signatures'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='signedform',
            constraint=models.CheckConstraint(condition=models.Q(('seal__regex', '^[0-9a-f]{64}$')), name='signed_form_seal_is_sha256'),
        ),
        migrations.AddConstraint(
            model_name='signingtry',
            constraint=models.CheckConstraint(condition=models.Q(('right', False), ('refused', False), _connector='OR'), name='signing_try_refused_is_not_right'),
        ),
    ]
