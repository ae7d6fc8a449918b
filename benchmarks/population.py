"""Fills a benchmark database: one patient of each category made by the business acts, then copied by SQL.

A copy's ids are its original's plus a multiple of STRIDE, in every table alike, so foreign keys keep fitting. Copies
carry empty facts and checks in their old decisions (new ones are written whole); the rest is as the acts wrote it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from psycopg2.extras import execute_values

import tests.factories as make
from authorizations.models import Authorization, Checklist, Confirmation, Decision, Dispense
from patients.models import Agreement, Enrollment, Patient, PatientSurvey, PregnancyTest, SurveyInvitation
from pharmacies.models import Pharmacy, PharmacyCertification
from prescribers.models import Prescriber, PrescriberCertification
from rems_portal.accounts.models import User
from rems_portal.interop.authentication import hash_token
from rems_portal.interop.models import ApiToken
from rems_portal.numbering import new_number
from rems_portal.rules.numbers import Kind
from rems_portal.rules.vocabulary import RiskCategory

STRIDE = 100_000
PATIENTS_PER_PRESCRIBER = 50
PHARMACIES = 20
CONFIRMABLE = 12_000
# Shares of the six categories in percent: 45 % women, 3 % who can get pregnant (Drug Saf 2024;47:909), few children.
SHARES = {
    RiskCategory.AM: 54,
    RiskCategory.AF_CANNOT: 41,
    RiskCategory.AF_CAN: 2,
    RiskCategory.FC_CAN: 1,
    RiskCategory.FC_CANNOT: 1,
    RiskCategory.MC: 1,
}
PATIENT_TABLES: list[type[models.Model]] = [
    Patient,
    Enrollment,
    Agreement,
    PregnancyTest,
    SurveyInvitation,
    PatientSurvey,
    Decision,
    Authorization,
    Confirmation,
    Checklist,
    Dispense,
]
EMPTY = {(Decision, "facts"): "'{}'::jsonb", (Decision, "checks"): "'[]'::jsonb"}


@dataclass(frozen=True)
class Population:
    """What the load needs to know of the filled database."""

    tokens: list[str]
    asks: list[dict[str, Any]]
    enrollment: Enrollment


def fill(patients: int, at: datetime) -> Population:
    """Fill the empty, migrated database with so many patients, each with a live authorization."""
    prescriber, shop = make.prescriber(at=at - timedelta(days=200)), make.pharmacy(at=at - timedelta(days=200))
    originals = {category: _original(category, prescriber, shop, at) for category in SHARES}
    prescribers = max(1, patients // PATIENTS_PER_PRESCRIBER)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no foreign key checks while copying
        _copy_owners(cursor, prescriber, shop, prescribers)
        first = 1
        for category, share in SHARES.items():
            last = first + max(1, patients * share // 100) - 1
            _copy_patient(cursor, originals[category], first, last, prescribers)
            first = last + 1
        cursor.execute("SET session_replication_role = DEFAULT")
        _reset_sequences(cursor)
    asks = _confirmable()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Population(_tokens(shop, at), asks, originals[RiskCategory.AM])


def _original(category: RiskCategory, prescriber: Prescriber, shop: Pharmacy, at: datetime) -> Enrollment:
    """One patient as most are: a month ago dispensed, three days of supply left, an authorization an hour old."""
    enrollment: Enrollment = make.enrollment(category, prescriber=prescriber, at=at - timedelta(days=60))
    make.treated(enrollment, at=at - timedelta(days=25), pharmacy=shop)
    make.authorization(enrollment, at=at - timedelta(hours=1))
    return enrollment


def _copy(cursor: Any, model: type[models.Model], where: str, first: int, last: int, owners: dict[Any, str]) -> None:
    columns, values = [], []
    for field in model._meta.local_concrete_fields:
        columns.append(f'"{field.column}"')
        values.append(_value(model, field, owners))
    table = model._meta.db_table
    cursor.execute(
        f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} '
        f'FROM generate_series({first}, {last}) AS n, "{table}" AS original WHERE {where}'
    )


def _value(model: type[models.Model], field: Any, owners: dict[Any, str]) -> str:
    column = f'original."{field.column}"'
    if field.primary_key:
        return f"n::bigint * {STRIDE} + {column}"
    if field.remote_field and field.related_model in owners:
        return f"{owners[field.related_model]} + {column}"
    if field.remote_field and field.related_model in PATIENT_TABLES:
        return f"n::bigint * {STRIDE} + {column}"
    if (model, field.name) in EMPTY:
        return EMPTY[(model, field.name)]
    if field.name in ("number", "token_hash", "npi", "ncpdp_id", "email", "identity_key") and field.unique:
        return _unique(field.name, column)
    return "NULL" if field.name in ("submission_key", "idempotency_key", "form") else column


def _unique(name: str, column: str) -> str:
    if name in ("npi", "ncpdp_id"):
        return f"(n + {9_000_000_000 if name == 'npi' else 9_000_000})::text"
    if name == "number":
        return f"left({column}, 10) || '-' || lpad(n::text, 8, '0')"
    return f"n::text || right({column}, 50)"


def _copy_owners(cursor: Any, prescriber: Prescriber, shop: Pharmacy, prescribers: int) -> None:
    owner = f"n::bigint * {STRIDE}"
    _copy(cursor, User, f"original.id = {prescriber.user_id}", 1, prescribers, {})
    _copy(cursor, Prescriber, f"original.id = {prescriber.pk}", 1, prescribers, {User: owner})
    whose = f"original.prescriber_id = {prescriber.pk}"
    _copy(cursor, PrescriberCertification, whose, 1, prescribers, {Prescriber: owner})
    _copy(cursor, Pharmacy, f"original.id = {shop.pk}", 1, PHARMACIES, {})
    _copy(cursor, PharmacyCertification, f"original.pharmacy_id = {shop.pk}", 1, PHARMACIES, {Pharmacy: owner})


def _copy_patient(cursor: Any, original: Enrollment, first: int, last: int, prescribers: int) -> None:
    owners = {
        Prescriber: f"(n % {prescribers} + 1)::bigint * {STRIDE}",
        Pharmacy: f"(n % {PHARMACIES} + 1)::bigint * {STRIDE}",
    }
    for model in PATIENT_TABLES:
        if model is Patient:
            where = f"original.id = {original.patient_id}"
        elif model is Enrollment:
            where = f"original.id = {original.pk}"
        elif model is Checklist:
            ids = Confirmation.objects.filter(enrollment=original).values_list("pk", flat=True)
            where = f"original.confirmation_id IN ({', '.join(map(str, ids))})"
        else:
            where = f"original.enrollment_id = {original.pk}"
        _copy(cursor, model, where, first, last, owners)


def _reset_sequences(cursor: Any) -> None:
    """New rows get ids far from all copies."""
    for number, model in enumerate([*PATIENT_TABLES, User, Prescriber, Pharmacy, ApiToken]):
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
            [model._meta.db_table, 10**15 + number * 10**13],
        )


def _confirmable() -> list[dict[str, Any]]:
    """Give numbers with a true check character to authorizations all over the table; return what to ask for them."""
    live = Authorization.objects.filter(status="active", pk__gte=STRIDE)
    total = live.count()
    rows = list(
        live.order_by("pk").values_list(
            "pk", "category", "days_supply", "strength_mg", "enrollment__patient__birth_date"
        )[:: max(1, total // CONFIRMABLE)]
    )
    numbers = {pk: new_number(Kind.AUTHORIZATION) for pk, *_ in rows}
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE authorizations_authorization AS a SET number = v.number FROM (VALUES %s) AS v (id, number) "
            "WHERE a.id = v.id",
            list(numbers.items()),
        )
    asks = [
        {
            "authorization_number": numbers[pk],
            "risk_category": category,
            "birth_date": birth_date.isoformat(),
            "days_supply": days_supply,
            "strength_mg": str(strength),
        }
        for pk, category, days_supply, strength, birth_date in rows
    ]
    secrets.SystemRandom().shuffle(asks)
    return asks


def _tokens(shop: Pharmacy, at: datetime) -> list[str]:
    """Return one API token for each copied pharmacy."""
    staff = make.administrator()
    tokens = []
    for copy in Pharmacy.objects.filter(pk__gte=STRIDE).order_by("pk"):
        token = secrets.token_urlsafe(32)
        ApiToken.objects.create(
            label="bench",
            token_hash=hash_token(token),
            pharmacy=copy,
            created_at=at,
            created_by=staff,
            expires_at=at + timedelta(days=30),
        )
        tokens.append(token)
    return tokens
