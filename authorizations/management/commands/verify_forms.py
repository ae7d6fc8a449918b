"""`manage.py verify_forms`: for auditors, whether every signed form, and every copy of it, is still what was signed.

Reads only. It holds each form against all that the record keeps of it, as pages, PDFs and the public check do.
"""

from typing import Any

from django.core.management.base import BaseCommand

from authorizations.presenters.signed import whole_record
from authorizations.queries.verification import forms_with_records

AT_A_TIME = 500


class Command(BaseCommand):
    """Prints the forms that are not what was signed, with what is wrong; the exit status is then 1."""

    help = (
        "Holds all signed forms against their signatures and against every copy in other records, and prints those "
        "that are not what was signed (exit status 1 if there are any)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the forms in the order written. Raises SystemExit(1) when one doesn't match."""
        checked = broken = 0
        for form in forms_with_records().order_by("pk").iterator(chunk_size=AT_A_TIME):
            checked += 1
            problems = whole_record(form).integrity.problems
            if problems:
                broken += 1
                self.stdout.write(f"{form.number} ({form.code}, {form.version}): {' '.join(problems)}")
        self.stdout.write(f"{checked} forms checked, {broken} not what was signed.")
        if broken:
            raise SystemExit(1)
