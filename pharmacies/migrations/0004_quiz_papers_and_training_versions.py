"""Each attempt at the quiz keeps its paper, person and version; each training record names the version that was read.

Both are from before there was a second version: all that was taken or read until now is of the first one.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

FIRST_VERSION = "2026-04-27"


def fill_in(apps, schema_editor):
    """Old papers asked every question of the bank, in its order; the order of their choices was not kept."""
    for name in ("QuizAttempt", "HistoricalQuizAttempt"):
        Attempt = apps.get_model("pharmacies", name)
        Attempt.objects.update(program_version=FIRST_VERSION, opened_at=F("taken_at"))
        Certification = apps.get_model("pharmacies", "PharmacyCertification")
        programs = dict(Certification.objects.values_list("pk", "program"))
        for attempt in Attempt.objects.iterator():
            attempt.program = programs.get(attempt.certification_id, "")
            attempt.paper = [{"question": code, "choices": []} for code in attempt.answers]
            attempt.save(update_fields=["program", "paper"])
    for name in ("PharmacyStaff", "HistoricalPharmacyStaff"):
        trained = apps.get_model("pharmacies", name).objects.filter(trained_at__isnull=False)
        trained.update(trained_version=FIRST_VERSION)


def check_now(apps, schema_editor):
    """Check foreign keys now: PostgreSQL alters no table whose changed rows wait for the check at the end."""
    schema_editor.connection.check_constraints()


def on_both(operation, **fields):
    """Return the operations that do the same to the attempts and to their history."""
    return [
        operation(model_name=model, name=name, field=field)
        for model in ("quizattempt", "historicalquizattempt")
        for name, field in fields.items()
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('pharmacies', '0003_drop_reviews'),
        ('signatures', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField('quizattempt', 'taken_by', 'person'),
        migrations.RenameField('historicalquizattempt', 'taken_by', 'person'),
        migrations.AlterField(
            'quizattempt',
            'person',
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quiz_attempts', to=settings.AUTH_USER_MODEL),
        ),
        *on_both(
            migrations.AddField,
            program=models.CharField(default='', max_length=30),
            program_version=models.CharField(default='', max_length=10),
            opened_at=models.DateTimeField(null=True),
            paper=models.JSONField(default=list),
        ),
        *on_both(
            migrations.AlterField,
            taken_at=models.DateTimeField(blank=True, null=True, verbose_name='sent'),
            answers=models.JSONField(blank=True, default=dict),
            correct=models.PositiveSmallIntegerField(blank=True, null=True),
            passed=models.BooleanField(default=False),
        ),
        migrations.AddField('pharmacystaff', 'trained_version', models.CharField(blank=True, default='', max_length=20, verbose_name='training version')),
        migrations.AddField('historicalpharmacystaff', 'trained_version', models.CharField(blank=True, default='', max_length=20, verbose_name='training version')),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.RunPython(check_now, migrations.RunPython.noop),
        *on_both(
            migrations.AlterField,
            program=models.CharField(max_length=30),
            program_version=models.CharField(max_length=10),
            opened_at=models.DateTimeField(),
            paper=models.JSONField(),
        ),
        migrations.AlterField('pharmacystaff', 'trained_version', models.CharField(blank=True, max_length=20, verbose_name='training version')),
        migrations.AlterField('historicalpharmacystaff', 'trained_version', models.CharField(blank=True, max_length=20, verbose_name='training version')),
        migrations.AddField(
            'pharmacycertification',
            'form',
            models.OneToOneField(
                blank=True,
                help_text='Empty for certifications from before forms were signed electronically.',
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='pharmacy_certification',
                to='signatures.signedform',
                verbose_name='signed form',
            ),
        ),
        migrations.AddField(
            'historicalpharmacycertification',
            'form',
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text='Empty for certifications from before forms were signed electronically.',
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name='+',
                to='signatures.signedform',
                verbose_name='signed form',
            ),
        ),
        migrations.AlterModelOptions(name='quizattempt', options={'ordering': ['opened_at', 'pk']}),
        migrations.AddConstraint(
            'quizattempt',
            models.CheckConstraint(
                condition=Q(correct__isnull=True, passed=False, taken_at__isnull=True) | Q(correct__isnull=False, taken_at__isnull=False),
                name='quiz_is_scored_when_it_was_sent',
            ),
        ),
        migrations.AddConstraint(
            'quizattempt',
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_at__gte=F('opened_at')),
                name='quiz_is_sent_after_it_was_opened',
            ),
        ),
        migrations.AddConstraint(
            'quizattempt',
            models.UniqueConstraint(
                condition=Q(taken_at__isnull=True), fields=('person', 'program', 'program_version'), name='quiz_paper_open_once'
            ),
        ),
        migrations.AddConstraint(
            'pharmacystaff',
            models.CheckConstraint(
                condition=Q(trained_at__isnull=True, trained_version='') | Q(trained_at__isnull=False) & ~Q(trained_version=''),
                name='pharmacy_staff_training_names_its_version',
            ),
        ),
    ]
