"""Attempts and training records from before papers and versions were kept: what the migration says of them."""

from importlib import import_module

import pytest
from django.apps import apps

import tests.factories as make
from pharmacies.models import PharmacyStaff, QuizAttempt

pytestmark = pytest.mark.django_db
MIGRATION = import_module("pharmacies.migrations.0004_quiz_papers_and_training_versions")


def test_old_attempts_and_records_are_of_the_first_version_and_keep_what_they_said() -> None:
    shop = make.pharmacy()
    attempt, history = QuizAttempt.objects.get(), QuizAttempt.history.all()
    history.filter(taken_at__isnull=True).delete()  # in those days an attempt was written when it was sent
    for rows in (QuizAttempt.objects.all(), history):
        rows.update(program="", program_version="", paper=[])
    PharmacyStaff.history.update(trained_version="")
    MIGRATION.fill_in(apps, None)
    for one in (QuizAttempt.objects.get(), history.earliest("history_id")):
        assert (one.program, one.program_version, one.opened_at) == ("lenalidomide", "2026-04-27", one.taken_at)
        assert one.paper == [{"question": code, "choices": []} for code in one.answers]
        assert (one.answers, one.correct, one.passed) == (attempt.answers, 10, True)
    versions = PharmacyStaff.history.filter(pharmacy=shop).values_list("trained_at", "trained_version")
    assert {(at is None, version) for at, version in versions} == {(True, ""), (False, "2026-04-27")}
