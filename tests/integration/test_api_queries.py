"""What the API costs in statements: a confirmation at most 12, a status the same whatever the patient's past."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

import tests.factories as make
from rems_portal.rules.vocabulary import RiskCategory
from tests.integration.api_calls import at_now, authorization_ask, confirmation_ask, system_of  # noqa: F401
from tests.integration.refusals import male

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


LATER = make.NOW + make.days(200)


@pytest.fixture
def later() -> Iterator[None]:
    """Half a year after the version's first weeks: before it began nobody could be certified under it."""
    with time_machine.travel(LATER, tick=False):
        yield


def statements(asked: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in asked.captured_queries if not query["sql"].startswith(TRANSACTION)]


def count(call: Any, status: int) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert call().status_code == status
    return len(statements(asked))


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (RiskCategory.AF_CAN, 11),
        (RiskCategory.FC_CAN, 11),
        (RiskCategory.AF_CANNOT, 11),
        (RiskCategory.FC_CANNOT, 11),
        (RiskCategory.AM, 10),
        (RiskCategory.MC, 10),
    ],
)
def test_confirm_takes_at_most_eleven_statements(category: RiskCategory, expected: int) -> None:
    """Token, lock, key, prescription, latest supply, positive tests of a female; decision, number, both histories."""
    one = make.enrollment(category)
    make.treated(one, at=make.NOW - make.days(28))
    number, system = make.authorization(one), system_of(make.pharmacy())
    assert count(lambda: system.post("confirmations", confirmation_ask(number), key="k"), 201) == expected <= 12


def test_confirm_writes_with_one_savepoint_at_most() -> None:
    number, system = male(), system_of(make.pharmacy())
    with CaptureQueriesContext(connection) as asked:
        system.post("confirmations", confirmation_ask(number))
    assert sum(query["sql"].startswith("SAVEPOINT") for query in asked.captured_queries) <= 1


def test_a_repeated_confirmation_reads_and_writes_nothing_new() -> None:
    number, system = male(), system_of(make.pharmacy())
    system.post("confirmations", confirmation_ask(number), key="k")
    with CaptureQueriesContext(connection) as asked:
        assert system.post("confirmations", confirmation_ask(number), key="k").status_code == 201
    assert len(statements(asked)) == 4
    assert all(sql.startswith("SELECT") for sql in statements(asked))


def test_status_takes_the_same_statements_after_half_a_year_of_treatment(later: Any) -> None:
    one = make.enrollment(RiskCategory.AM, at=LATER - make.days(190))
    system = system_of(one.prescriber)

    def read() -> Any:
        return system.get(f"patients/{one.patient.number}/status")

    before = count(read, 200)
    for month in range(6, 0, -1):
        make.treated(one, at=LATER - make.days(28 * month))
    make.authorization(one, at=LATER)
    assert count(read, 200) == before + 1  # the signatures under the survey behind the number that is live


def test_authorize_takes_a_bounded_number_of_statements(later: Any) -> None:
    fresh, old = (make.enrollment(at=LATER - make.days(190)) for _one in range(2))
    for month in range(4, 0, -1):
        make.treated(old, at=LATER - make.days(28 * month))
    counts = []
    for one in (make.ready(fresh, at=LATER), make.ready(old, at=LATER)):
        system, body = system_of(one.prescriber), authorization_ask(one)
        counts.append(count(lambda system=system, body=body: system.post("authorizations", body), 201))
    assert counts[0] == counts[1]
    assert counts[0] <= 34
