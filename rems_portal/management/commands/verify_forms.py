"""`manage.py verify_forms`: for auditors, whether every signed form is still what was written and signed.

Reads only. What another table repeats of a form is looked at on the form's own pages.
"""

from typing import Any

from django.core.management.base import BaseCommand

from rems_portal.signatures.models import SignedForm
from rems_portal.signatures.queries import integrity_of

AT_A_TIME = 500


class Command(BaseCommand):
    """Prints the forms that don't match their signatures, with what is wrong; the exit status is then 1."""

    help = "Walks all signed forms and prints those that are not what was signed (exit status 1 if there are any)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the forms in the order written. Raises SystemExit(1) when one doesn't match."""
        checked = broken = 0
        rows = SignedForm.objects.order_by("pk").prefetch_related("signatures")
        for form in rows.iterator(chunk_size=AT_A_TIME):
            checked += 1
            problems = integrity_of(form).problems
            if problems:
                broken += 1
                self.stdout.write(f"{form.number} ({form.code}, {form.version}): {' '.join(problems)}")
        self.stdout.write(f"{checked} forms checked, {broken} not what was signed.")
        if broken:
            raise SystemExit(1)
