"""A form is sealed together with all its signatures, so that one taken away later shows.

What was signed before is sealed as it stands when the portal is brought up to date: nobody can say more of it.
"""

import hashlib
import json
from datetime import UTC

from django.db import migrations, models

AT_A_TIME = 500


def seal_forms(apps, schema_editor):
    """Seal every form with the signatures that are under it, as `signatures.queries.seal_of_form` does."""
    forms = apps.get_model("signatures", "SignedForm").objects
    signatures = apps.get_model("signatures", "Signature").objects
    last = 0
    while batch := list(forms.filter(pk__gt=last, seal="").order_by("pk").defer("document")[:AT_A_TIME]):
        last = batch[-1].pk
        seals = {form.pk: [] for form in batch}
        rows = signatures.filter(form_id__in=seals).order_by("pk")
        for form_id, seal in rows.values_list("form_id", "seal"):
            seals[form_id].append(seal)
        for form in batch:
            form.seal = _seal(form, seals[form.pk])
        forms.bulk_update(batch, ["seal"])


def _seal(form, signatures):
    done = form.completed_at
    said = {
        "document": form.digest,
        "completed_at": done.astimezone(UTC).isoformat() if done else None,
        "signatures": signatures,
    }
    spelled = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


class Migration(migrations.Migration):

    dependencies = [
        ('signatures', '0002_keep_who_tried_to_sign'),
    ]

    operations = [
        migrations.AddField(
            model_name='signedform',
            name='seal',
            field=models.CharField(default='', help_text='SHA-256 over the form and all its signatures, in their order.', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='historicalsignedform',
            name='seal',
            field=models.CharField(default='', help_text='SHA-256 over the form and all its signatures, in their order.', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='signingtry',
            name='refused',
            field=models.BooleanField(default=False, help_text='Sent during the wait: the password was not looked at.'),
        ),
        migrations.AddField(
            model_name='historicalsigningtry',
            name='refused',
            field=models.BooleanField(default=False, help_text='Sent during the wait: the password was not looked at.'),
        ),
        migrations.RunPython(seal_forms, migrations.RunPython.noop),
    ]
