"""What the pharmacy's pages share: who of a pharmacy looks, when, under which program version."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone

from pharmacies.permissions import require_pharmacist
from rems_portal.accounts.models import User
from rems_portal.program import program_at
from rems_portal.rules.calendars import program_day
from rems_portal.rules.certification import oldest_training
from rems_portal.rules.programs import ProgramVersion
from rems_portal.web import user_of


@dataclass(frozen=True, slots=True)
class Visit:
    """Who of a pharmacy looks, at which instant (UTC), under which program version."""

    user: User
    at: datetime
    program: ProgramVersion

    @property
    def today(self) -> date:
        """The program day."""
        return program_day(self.at)

    @property
    def oldest_training(self) -> str:
        """The oldest version of the Pharmacy Training that lets staff confirm today; "" for any."""
        return oldest_training(self.today, self.program)


def visit_of(request: HttpRequest) -> Visit:
    """Return who looks. Raises PermissionDenied for everybody but pharmacy staff."""
    user = user_of(request)
    require_pharmacist(user)
    at = timezone.now()
    return Visit(user, at, program_at(at))
