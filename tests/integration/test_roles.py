"""Who may open what: every address of the portal, for everybody. An address that is missing here fails.

Nothing is open unless the table says so. Redirects are followed, so what counts is where somebody ends.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

import tests.factories as make
from authorizations.models import Product
from rems_portal.accounts.models import User
from rems_portal.audit.access import record_look
from rems_portal.interop.actions import NewToken, issue_api_token
from rems_portal.interop.models import ApiToken
from rems_portal.navigation import navigation
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW, hours

# Where somebody ends: on a page; at the sign-in; told that it is closed to them (403); told that it is not there (404);
# asked for a token (401).
OK, LOGIN, NO, GONE, TOKEN = "ok", "login", "no", "gone", "token"
ROLES = (
    "anonymous",
    "prescriber",  # of the patient
    "other_prescriber",
    "delegate",  # of the patient's prescriber
    "pharmacist",  # of the pharmacy that holds the confirmation; its representative
    "other_pharmacist",
    "case_manager",
    "auditor",
    "administrator",
)
STAFF = ("case_manager", "auditor", "administrator")
Row = dict[str, str]


def row(default: str, *, anonymous: str = LOGIN, **exceptions: str) -> Row:
    """Return what everybody gets: `default`, an anonymous visitor the sign-in, and the exceptions."""
    return dict.fromkeys(ROLES, default) | {"anonymous": anonymous} | exceptions


PUBLIC = row(OK, anonymous=OK)
SIGNED_IN = row(OK)
BY_TOKEN = row(TOKEN, anonymous=TOKEN)
OFFICES = row(NO, prescriber=OK, other_prescriber=OK, delegate=OK)
ONE_OFFICE = row(NO, prescriber=OK, other_prescriber=GONE, delegate=OK)
IN_PERSON = row(NO, prescriber=OK, other_prescriber=OK)
PHARMACIES = row(NO, pharmacist=OK, other_pharmacist=OK)
ONE_PHARMACY = row(NO, pharmacist=OK, other_pharmacist=GONE)
STAFF_ONLY = row(NO, case_manager=OK, auditor=OK, administrator=OK)

MATRIX: dict[str, Row] = {
    "authorizations:home": SIGNED_IN,
    # a prescriber's office
    "authorizations:worklist": OFFICES,
    "authorizations:patient number": ONE_OFFICE,
    "authorizations:record-test number": ONE_OFFICE,
    "authorizations:positive-test key number": ONE_OFFICE,
    "authorizations:hand-over-survey number": ONE_OFFICE,
    "authorizations:authorize number": ONE_OFFICE | {"delegate": NO},
    "authorizations:change-category number": ONE_OFFICE | {"delegate": NO},
    "authorizations:refusal key number": ONE_OFFICE,
    "authorizations:authorization number": ONE_OFFICE,
    "authorizations:authorization-pdf number": ONE_OFFICE,
    "patients:enroll": IN_PERSON,
    "patients:enroll-category": IN_PERSON,
    "prescribers:certify": IN_PERSON,
    "prescribers:certify-identity": IN_PERSON,
    "prescribers:certify-material material": IN_PERSON,
    "prescribers:certify-sign": IN_PERSON,
    "prescribers:delegates": IN_PERSON,
    "prescribers:delegate-end pk": row(NO, prescriber=OK, other_prescriber=GONE),
    # a pharmacy
    "authorizations:counter": PHARMACIES,
    "authorizations:confirm-result key": ONE_PHARMACY,
    "authorizations:open-confirmations": PHARMACIES,
    "authorizations:confirmation number": ONE_PHARMACY,
    "authorizations:confirmation-record number": ONE_PHARMACY,
    "authorizations:checklist number": ONE_PHARMACY,
    "authorizations:dispense number": ONE_PHARMACY,
    "authorizations:cancel number": ONE_PHARMACY,
    "pharmacies:certify": PHARMACIES,
    "pharmacies:certify-new": PHARMACIES,
    "pharmacies:certify-pharmacy pk": ONE_PHARMACY,
    "pharmacies:certify-identity pk": ONE_PHARMACY,
    "pharmacies:certify-material material pk": ONE_PHARMACY,
    "pharmacies:certify-quiz pk": ONE_PHARMACY,
    "pharmacies:certify-quiz-result attempt pk": ONE_PHARMACY,
    "pharmacies:certify-sign pk": ONE_PHARMACY,
    "pharmacies:staff": PHARMACIES,
    "pharmacies:staff-end pk": ONE_PHARMACY,
    "pharmacies:training pk": ONE_PHARMACY,
    # a patient with a link
    "authorizations:patient-survey secret": PUBLIC,
    "authorizations:survey-question place secret": PUBLIC,
    "authorizations:survey-check secret": PUBLIC,
    "authorizations:survey-sent secret": PUBLIC,
    "authorizations:survey-report secret": PUBLIC,
    # whoever has a part in the patient
    "authorizations:report-pregnancy": row(OK, auditor=NO),
    "authorizations:report-pregnancy number": row(  # by the patient's number, which a pharmacy doesn't have
        OK, other_prescriber=GONE, pharmacist=GONE, other_pharmacist=GONE, auditor=NO
    ),
    "authorizations:report-pregnancy-sent key": row(GONE, anonymous=GONE),  # another's report is not there
    # systems
    **dict.fromkeys(
        (
            "interop:authorizations",
            "interop:confirmations",
            "interop:confirmation number",
            "interop:checklist number",
            "interop:dispense number",
            "interop:cancel number",
            "interop:pregnancy-tests number",
            "interop:patient-status number",
        ),
        BY_TOKEN,
    ),
    "interop:not-here rest": row(GONE, anonymous=GONE),
    "interop:openapi": PUBLIC,
    "interop:docs": PUBLIC,
    "interop:explorer": PUBLIC,
    # everybody
    "notifications:mailbox": PUBLIC,  # the demo's only
    "notifications:outbox": STAFF_ONLY,
    "healthz": PUBLIC,
    "favicon": PUBLIC,
    "gallery": PUBLIC,
    **dict.fromkeys(
        (
            "account_login",
            "account_inactive",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key key uidb36",
            "account_reset_password_from_key_done",
            "account_signup",
            "account_confirm_email key",
            "account_email_verification_sent",
        ),
        PUBLIC,
    ),
    **dict.fromkeys(
        (
            "account_logout",
            "account_reauthenticate",
            "account_email",
            "account_change_password",
            "account_set_password",
            "account_confirm_login_code",
            "mfa_index",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_generate_recovery_codes",
        ),
        SIGNED_IN,
    ),
    # not there without a second factor
    **dict.fromkeys(("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"), row(GONE)),
    # the staff site
    "admin:index": STAFF_ONLY,
    "admin:app_list app_label": STAFF_ONLY,
    "admin:jsi18n": STAFF_ONLY,
    "admin:login": STAFF_ONLY,
    "admin:logout": STAFF_ONLY,
    "admin:password_change": STAFF_ONLY,
    "admin:password_change_done": STAFF_ONLY,
    "admin:autocomplete": row(NO),
    "admin:view_on_site content_type_id object_id": row(NO, **dict.fromkeys(STAFF, GONE)),
}
POSTED = {"patients:enroll-category", "prescribers:delegate-end pk", "pharmacies:staff-end pk"}

ADD = {User, Product, ApiToken}
ACTS = {
    "patients_safetycase": ("close", {"case_manager": OK, "administrator": OK}),
    "authorizations_compliancecase": ("close", {"case_manager": OK, "administrator": OK}),
    "prescribers_prescribercertification": ("suspend", {"administrator": OK}),
    "pharmacies_pharmacycertification": ("suspend", {"administrator": OK}),
    "accounts_user": ("close", {"administrator": OK}),
    "interop_apitoken": ("revoke", {"administrator": OK}),
}
for _model in admin.site._registry:
    _label = f"{_model._meta.app_label}_{_model._meta.model_name}"
    MATRIX[f"admin:{_label}_changelist"] = STAFF_ONLY
    MATRIX[f"admin:{_label}_add"] = row(NO, administrator=OK) if _model in ADD else row(NO)
    for _page in ("change", "history"):
        MATRIX[f"admin:{_label}_{_page} object_id"] = STAFF_ONLY
    MATRIX[f"admin:{_label}_delete object_id"] = row(NO)
for _label, (_name, _who) in ACTS.items():
    MATRIX[f"admin:{_label}_act name object_id"] = row(NO) | _who


def addresses(resolver: Any = None, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every named address as its name and the names of its parts."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif pattern.name:
            parts = sorted({*pattern.pattern.converters, *pattern.pattern.regex.groupindex})
            yield " ".join([":".join((*spaces, pattern.name)), *parts])


def test_every_address_is_in_the_matrix_and_no_other() -> None:
    found = set(addresses())
    assert found - MATRIX.keys() == set(), "new addresses: say in MATRIX who may open them"
    assert MATRIX.keys() - found == set()


@pytest.fixture
def world() -> Any:
    """A patient with a prescriber, a delegate and a pharmacy that holds a confirmation; people with no part in it.

    Also a row in every table, so that every record page of the staff site has something to show.
    """
    dr, shop, other_shop = make.prescriber(), make.pharmacy(), make.pharmacy()
    aide, hired = make.delegate_of(dr), make.pharmacist(shop)
    one = make.enrollment(RiskCategory.AF_CAN, prescriber=dr)
    refused = make.ask_authorization(one, at=NOW - hours(1))
    held = make.confirmation(make.authorization(one), pharmacy=shop)
    pregnant = make.enrollment(RiskCategory.FC_CAN, prescriber=dr)
    positive = make.pregnancy_test(pregnant, collected_at=NOW - hours(3), result="positive")
    make.dispense(make.confirmation(make.authorization(make.enrollment(RiskCategory.AM))), at=NOW + hours(30))
    make.product()
    people = {
        "prescriber": dr.user,
        "other_prescriber": make.prescriber().user,
        "delegate": aide,
        "pharmacist": shop.staff.get(is_representative=True).user,
        "other_pharmacist": other_shop.staff.get().user,
        "case_manager": make.case_manager(),
        "auditor": make.auditor(),
        "administrator": make.administrator(),
    }
    token = NewToken(label="Till", pharmacy=shop)
    boss = people["administrator"]
    issue_api_token(by=make.actor(boss), at=NOW, user=boss, token=token)
    record_look(by=make.actor(boss), at=NOW, record="patient")
    return SimpleNamespace(
        people=people,
        one=one,
        held=held,
        refused=refused,
        pregnant=pregnant,
        positive=positive,
        secret=make.invitation(one, at=NOW)[1],
        delegation=dr.delegations.get(),
        shop=shop,
        certification=shop.certifications.get(),
        hired=shop.staff.get(user=hired),
    )


def parts_of(name: str, world: Any) -> dict[str, Any]:
    """Return what may stand in the parts of an address, about the one patient and the one pharmacy."""
    at_the_counter = ("confirmation", "confirmation-record", "checklist", "dispense", "cancel")
    numbers = {
        "authorizations:authorization": world.held.authorization.number,
        "authorizations:authorization-pdf": world.held.authorization.number,
        "authorizations:positive-test": world.pregnant.patient.number,
        **dict.fromkeys([f"authorizations:{page}" for page in at_the_counter], world.held.number),
    }
    keys = {
        "authorizations:confirm-result": world.held.decision_id,
        "authorizations:refusal": world.refused.pk,
        "authorizations:positive-test": world.positive.pk,
        "authorizations:report-pregnancy-sent": uuid4(),
    }
    rows = {
        "prescribers:delegate-end": world.delegation.pk,
        "pharmacies:staff-end": world.hired.pk,
        "pharmacies:training": world.shop.staff.get(is_representative=True).pk,
    }
    return {
        "number": numbers.get(name, world.one.patient.number),
        "key": keys.get(name, "abc"),
        "secret": world.secret,
        "place": 1,
        "material": "prescriber_guide" if name.startswith("prescribers") else "pharmacy_guide",
        "pk": rows.get(name, world.shop.pk),
        "attempt": world.certification.quiz_attempts.get().pk,
        "uidb36": "1",
        "rest": "nothing",
        "app_label": "patients",
        "content_type_id": 1,
        "object_id": 1,
    }


def url_of(address: str, world: Any) -> str:
    """Return the address with its parts filled in; record pages of the staff site show a record that is there."""
    name, *wanted = address.split()
    known = parts_of(name, world)
    label = name.removeprefix("admin:").rpartition("_")[0]
    for model in admin.site._registry:
        if name.startswith("admin:") and label == f"{model._meta.app_label}_{model._meta.model_name}":
            known["object_id"] = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
            known["name"] = ACTS.get(label, ("", {}))[0]
    return reverse(name, kwargs={part: known[part] for part in wanted})


def where_one_ends(client: Client, address: str, world: Any) -> str:
    """Open the address, follow it, and say where one ends; what the visit changed is taken back."""
    with transaction.atomic():
        response = (client.post if address in POSTED else client.get)(url_of(address, world), follow=True)
        transaction.set_rollback(True)
    if response.redirect_chain and response.request["PATH_INFO"] == reverse("account_login"):
        return LOGIN
    named = {401: TOKEN, 403: NO, 404: GONE}
    return named.get(response.status_code, OK if response.status_code < 500 else str(response.status_code))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@time_machine.travel(NOW + hours(1), tick=False)
def test_everybody_ends_where_the_matrix_says(role: str, client: Client, world: Any) -> None:
    if role != "anonymous":
        client.force_login(world.people[role])
    found = {address: where_one_ends(client, address, world) for address in MATRIX}
    wrong = {address: (end, MATRIX[address][role]) for address, end in found.items() if end != MATRIX[address][role]}
    assert wrong == {}, "address: (where one ended, where the matrix says)"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@time_machine.travel(NOW + hours(1), tick=False)
def test_everybody_may_open_what_the_navigation_offers(role: str, client: Client, world: Any) -> None:
    if role == "anonymous":
        assert navigation(SimpleNamespace(user=AnonymousUser())) == []
        return
    user = world.people[role]
    client.force_login(user)
    links = navigation(SimpleNamespace(user=user, resolver_match=None))
    assert len(links) >= 2
    for link in links:
        page = client.get(link["url"], follow=True)
        assert page.status_code == 200, link
        if not link["url"].startswith("/admin"):
            assert f'<a href="{link["url"]}" aria-current="page">' in page.content.decode()
