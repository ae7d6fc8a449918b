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
from patients.actions import invite_to_sign, prepare_enrollment
from pharmacies.actions import hand_over_pharmacy
from rems_portal.accounts.actions import NewAccount, invite_account
from rems_portal.accounts.models import Invitation, User
from rems_portal.audit.access import record_look
from rems_portal.interop.actions import NewToken, issue_api_token
from rems_portal.interop.models import ApiToken
from rems_portal.navigation import navigation
from rems_portal.rules.categories import RiskCategory
from rems_portal.signatures.models import SigningTry
from tests.factories import NOW, hours

# Where somebody ends: on a page; at the sign-in; told that it is closed to them (403); told that it is not there (404);
# asked for a token (401); told that a link is over (410).
OK, LOGIN, NO, GONE, TOKEN, OVER = "ok", "login", "no", "gone", "token", "over"
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
    "authorizations:patient-email number": ONE_OFFICE,
    "authorizations:change-category number": ONE_OFFICE | {"delegate": NO},
    "authorizations:hand-over-form number": ONE_OFFICE,
    "authorizations:withdraw number": ONE_OFFICE | {"delegate": NO},
    "authorizations:signed-form form number": ONE_OFFICE,
    "authorizations:signed-form-pdf form number": ONE_OFFICE,
    "authorizations:discontinue number": ONE_OFFICE | {"delegate": NO},
    "authorizations:ending-form number": ONE_OFFICE,
    "authorizations:ending-form-pdf number": ONE_OFFICE,
    "authorizations:ask-transfer": IN_PERSON,
    "authorizations:transfer form": ONE_OFFICE,
    "authorizations:withdraw-transfer form": ONE_OFFICE | {"delegate": NO},
    "patients:enroll-again number": ONE_OFFICE | {"delegate": NO},
    "authorizations:refusal key number": ONE_OFFICE,
    "authorizations:refusal-survey-pdf key number": ONE_OFFICE,
    "authorizations:authorization number": ONE_OFFICE,
    "authorizations:authorization-pdf number": ONE_OFFICE,
    "authorizations:authorization-survey-pdf number": ONE_OFFICE,
    "patients:enroll": OFFICES,  # office staff end where they prepare the form
    "patients:enroll-category": OFFICES,
    "patients:prepared-forms": OFFICES,
    "patients:prepare": OFFICES,
    "patients:prepare-again pk": ONE_OFFICE,
    "patients:enroll-prepared pk": ONE_OFFICE,
    "patients:discard-prepared pk": ONE_OFFICE,
    "prescribers:certify": IN_PERSON,
    "prescribers:certify-renew": IN_PERSON,
    "prescribers:certify-details": IN_PERSON,
    "prescribers:certify-form-pdf": IN_PERSON,
    "prescribers:certificate-pdf": IN_PERSON,
    "prescribers:delegates": IN_PERSON,
    "prescribers:delegate-days pk": row(NO, prescriber=OK, other_prescriber=GONE),
    "prescribers:served": row(NO, delegate=OK),
    "prescribers:delegate-end pk": row(NO, prescriber=OK, other_prescriber=GONE),
    # a pharmacy
    "authorizations:counter": PHARMACIES,
    "authorizations:confirm-result key": ONE_PHARMACY,
    "authorizations:open-confirmations": PHARMACIES,
    "authorizations:verify": PUBLIC,
    "authorizations:confirmation number": ONE_PHARMACY,
    "authorizations:confirmation-record number": ONE_PHARMACY,
    "authorizations:confirmation-pdf number": ONE_PHARMACY,
    "authorizations:checklist-pdf number": ONE_PHARMACY,
    "authorizations:dispense number": ONE_PHARMACY,
    "authorizations:cancel number": ONE_PHARMACY,
    "pharmacies:certify": PHARMACIES,
    "pharmacies:certify-new": PHARMACIES,
    "pharmacies:certify-pharmacy pk": ONE_PHARMACY,
    "pharmacies:certify-identity pk": ONE_PHARMACY,
    "pharmacies:certify-details pk": ONE_PHARMACY,
    "pharmacies:certify-material material pk": ONE_PHARMACY,
    "pharmacies:certify-quiz pk": ONE_PHARMACY,
    "pharmacies:certify-quiz-paper attempt pk": ONE_PHARMACY,
    "pharmacies:certify-sign pk": ONE_PHARMACY,
    "pharmacies:certify-remove pk": ONE_PHARMACY,
    "pharmacies:certify-form pk": ONE_PHARMACY,
    "pharmacies:certify-certificate pk": ONE_PHARMACY,
    "pharmacies:certify-hand-over pk": ONE_PHARMACY,
    "pharmacies:certify-withdraw-hand-over pk": ONE_PHARMACY,
    "pharmacies:certify-sites": PHARMACIES,
    "pharmacies:staff": PHARMACIES,
    "pharmacies:staff-end pk": ONE_PHARMACY,
    "pharmacies:training pk": ONE_PHARMACY,
    # a patient with a link
    "authorizations:patient-survey secret": PUBLIC,
    "authorizations:survey-question place secret": PUBLIC,
    "authorizations:survey-check secret": PUBLIC,
    "authorizations:survey-sent secret": PUBLIC,
    "authorizations:survey-copy secret": row(GONE, anonymous=GONE),  # only where it was sent
    "authorizations:survey-report secret": PUBLIC,
    "authorizations:sign secret": PUBLIC,
    "authorizations:signing-form secret": PUBLIC,  # leads back to where the birth date is asked
    "authorizations:signing-done secret": PUBLIC,
    "authorizations:signing-copy secret": row(GONE, anonymous=GONE),  # only where it was signed
    # program staff
    "authorizations:any-form-pdf form": STAFF_ONLY,
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
            "interop:forms",
            "interop:form code",
            "interop:patient-status number",
        ),
        BY_TOKEN,
    ),
    "interop:not-here rest": row(GONE, anonymous=GONE),
    "interop:openapi": PUBLIC,
    "interop:docs": PUBLIC,
    "interop:explorer": PUBLIC,
    # everybody
    **dict.fromkeys(
        ("materials:guide-en", "materials:guide-en-pdf", "materials:guide-es", "materials:guide-es-pdf"), PUBLIC
    ),
    "materials:library": SIGNED_IN,
    "materials:material language material": SIGNED_IN,
    "materials:material-pdf language material": SIGNED_IN,
    "materials:register": STAFF_ONLY,
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
            "mfa_deactivate_totp",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_reauthenticate_webauthn",
            "mfa_edit_webauthn pk",  # these two ask for the password before they look for the passkey
            "mfa_remove_webauthn pk",
            "usersessions_list",
            "accounts:overview",
            "accounts:second-factor",
            "accounts:replace-app",
            "accounts:sessions-end-others",
            "accounts:session",
            "accounts:keep",
            "accounts:unlock",
            "accounts:invitations",
        ),
        SIGNED_IN,
    ),
    "mfa_login_webauthn": SIGNED_IN,  # only the sign-in page asks it something; opened by itself it leads there
    "accounts:invitation secret": row(OVER, anonymous=OVER),  # for whoever has the link
    # nothing there for who has no such session of their own; no recovery codes without asking
    **dict.fromkeys(
        (
            "mfa_view_recovery_codes",
            "mfa_download_recovery_codes",
            "accounts:session-end pk",
        ),
        row(GONE),
    ),
    # whoever sent it
    **dict.fromkeys(
        ("accounts:invitation-send-again pk", "accounts:invitation-withdraw pk"), row(GONE, administrator=OK)
    ),
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
POSTED = {
    "patients:enroll-category",
    "patients:discard-prepared pk",
    "prescribers:delegate-end pk",
    "pharmacies:certify-withdraw-hand-over pk",
    "accounts:keep",
    "accounts:session-end pk",
    "accounts:invitation-send-again pk",
    "accounts:invitation-withdraw pk",
}

ENDED = ("authorizations:ending-form", "authorizations:ending-form-pdf", "patients:enroll-again")
ADD = {User, Product, ApiToken}
ACTS = {
    "patients_enrollment": ("end-treatment", {"case_manager": OK, "administrator": OK}),
    "patients_transfer": ("withdraw", {"case_manager": OK, "administrator": OK}),
    "patients_safetycase": ("close", {"case_manager": OK, "administrator": OK}),
    "authorizations_compliancecase": ("close", {"case_manager": OK, "administrator": OK}),
    "prescribers_prescribercertification": ("suspend", {"administrator": OK}),
    "pharmacies_pharmacycertification": ("suspend", {"administrator": OK}),
    "pharmacies_pharmacy": ("representative", {"administrator": OK}),
    "pharmacies_handover": ("withdraw", {"administrator": OK}),
    "accounts_user": ("close", {"administrator": OK}),
    "accounts_invitation": ("send-again", {"administrator": OK}),
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


def addresses(resolver: Any = None, spaces: tuple[str, ...] = (), above: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield every named address as its name and the names of its parts, those of the addresses above it included."""
    for pattern in (resolver or get_resolver()).url_patterns:
        parts = above | {*pattern.pattern.converters, *pattern.pattern.regex.groupindex}
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces, parts)
        elif pattern.name:
            yield " ".join([":".join((*spaces, pattern.name)), *sorted(parts)])


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
    kept = prepare_enrollment(by=make.actor(aide), at=NOW, user=aide, prescriber=dr, answers={"sex": "male"})
    unsigned = make.waiting_agreement(make.pending_enrollment(RiskCategory.AM, prescriber=dr, at=NOW))
    asked = make.transfer(make.enrollment(RiskCategory.AM), to=dr)
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
    invited = NewAccount(email="invited@example.com", full_name="Invited", role=User.Role.DELEGATE)
    invite_account(by=make.actor(boss), at=NOW, user=boss, account=invited)
    record_look(by=make.actor(boss), at=NOW, record="patient")
    hand_over_pharmacy(
        by=make.actor(boss), at=NOW, user=boss, pharmacy=make.pharmacy(), email=hired.email, reason="Moved on"
    )
    SigningTry.objects.create(user=dr.user, tried_at=NOW, right=False)
    return SimpleNamespace(
        people=people,
        one=one,
        held=held,
        refused=refused,
        pregnant=pregnant,
        positive=positive,
        secret=make.invitation(one, at=NOW)[1],
        signing_secret=invite_to_sign(by=make.actor(dr.user), at=NOW, agreement=unsigned)[1],
        form=one.agreements.get().form.number,
        asked=asked.agreement.form.number,
        ended=make.discontinued(make.enrollment(RiskCategory.AM, prescriber=dr)).patient.number,
        kept=kept,
        delegation=dr.delegations.get(),
        shop=shop,
        certification=shop.certifications.get(),
        hired=shop.staff.get(user=hired),
    )


def parts_of(name: str, world: Any) -> dict[str, Any]:
    """Return what may stand in the parts of an address, about the one patient and the one pharmacy."""
    at_the_counter = (
        "confirmation",
        "confirmation-record",
        "confirmation-pdf",
        "checklist-pdf",
        "dispense",
        "cancel",
    )
    numbers = {
        "authorizations:authorization": world.held.authorization.number,
        "authorizations:authorization-pdf": world.held.authorization.number,
        "authorizations:authorization-survey-pdf": world.held.authorization.number,
        "authorizations:positive-test": world.pregnant.patient.number,
        **dict.fromkeys(ENDED, world.ended),
        **dict.fromkeys([f"authorizations:{page}" for page in at_the_counter], world.held.number),
    }
    keys = {
        "authorizations:confirm-result": world.held.decision_id,
        "authorizations:refusal": world.refused.pk,
        "authorizations:refusal-survey-pdf": world.refused.pk,
        "authorizations:positive-test": world.positive.pk,
        "authorizations:report-pregnancy-sent": uuid4(),
    }
    invitation = Invitation.objects.get().pk
    rows = {
        "accounts:invitation-send-again": invitation,
        "accounts:invitation-withdraw": invitation,
        "accounts:session-end": 0,
        "prescribers:delegate-days": world.delegation.pk,
        "prescribers:delegate-end": world.delegation.pk,
        **dict.fromkeys(
            ("patients:prepare-again", "patients:enroll-prepared", "patients:discard-prepared"), world.kept.pk
        ),
        "pharmacies:staff-end": world.hired.pk,
        "pharmacies:training": world.shop.staff.get(is_representative=True).pk,
    }
    return {
        "number": numbers.get(name, world.one.patient.number),
        "key": keys.get(name, "abc"),
        "secret": world.signing_secret if "sign" in name else world.secret,
        "form": world.asked if "transfer" in name else world.form,
        "code": "checklist_MALE",
        "place": 1,
        "language": "en",
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
    named = {401: TOKEN, 403: NO, 404: GONE, 410: OVER}
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
