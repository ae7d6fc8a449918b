"""Django admin: staff read all, change nothing but by acts with a reason, and every look at a patient is kept."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import tests.factories as make
from authorizations.models import Authorization, ComplianceCase, Decision, Product
from patients.models import Enrollment, PregnancyTest, SafetyCase
from pharmacies.models import HandOver
from rems_portal.accounts.models import Invitation, User
from rems_portal.accounts.second_factor import has_second_factor
from rems_portal.audit.models import AccessEvent
from rems_portal.interop.authentication import hash_token
from rems_portal.interop.models import ApiToken
from rems_portal.notifications.models import OutboxMessage
from rems_portal.rules.categories import RiskCategory
from tests.factories import NOW, hours

pytestmark = pytest.mark.django_db

OWN = [model for app in settings.OWN_APPS for model in apps.get_app_config(app.rpartition(".")[2]).get_models()]
OWN = [model for model in OWN if not model._meta.model_name.startswith("historical")]
MODELS = [model for model in OWN if model in admin.site._registry]


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    def as_user(user: User) -> Client:
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def auditor(sign_in: Callable[[User], Client]) -> Client:
    return sign_in(make.auditor())


@pytest.fixture
def world() -> Enrollment:
    """One patient with a row in nearly every table: two months, a late dispense, a case, a token, a delegate."""
    dr, shop = make.prescriber(), make.pharmacy()
    one = make.enrollment(RiskCategory.AF_CAN, prescriber=dr)
    make.delegate_of(dr)
    make.product()
    late = make.confirmation(make.authorization(one), pharmacy=shop)
    make.dispense(late, at=NOW + hours(40))
    make.pregnancy_test(one, collected_at=NOW + hours(44), result="positive")
    ApiToken.objects.create(
        label="x", token_hash="h", pharmacy=shop, created_at=NOW, created_by=dr.user, expires_at=NOW + hours(1)
    )
    return one


# ---- reading ----


def test_every_record_of_the_portal_is_there_and_nothing_of_the_packages() -> None:
    assert MODELS == OWN
    assert {model._meta.app_config.name for model in admin.site._registry} <= set(settings.OWN_APPS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_page_and_history_opens_for_an_auditor(model: Any, auditor: Client, world: Enrollment) -> None:
    assert auditor.get(address(model, "changelist")).status_code == 200
    found = auditor.get(address(model, "changelist"), {"q": "P-2222"})
    assert found.status_code == 200
    for row in model._default_manager.all()[:1]:
        page = auditor.get(address(model, "change", row.pk))
        assert page.status_code == 200
        text = page.content.decode()
        assert not re.search(r"<(input|select|textarea)(?![^>]*type=\"(hidden|submit|search)\")[^>]*name=", text)
        assert not re.search(r"<script>|<style|style=|\son\w+=", text)
        history = auditor.get(address(model, "history", row.pk))
        assert history.status_code == 200
        assert not re.search(r"<script>|<style|style=|\son\w+=", history.content.decode())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_an_auditor_adds_changes_and_deletes_nothing(model: Any, auditor: Client, world: Enrollment) -> None:
    assert auditor.get(address(model, "add")).status_code == 403
    assert auditor.post(address(model, "add"), {}).status_code == 403
    for row in model._default_manager.all()[:1]:
        assert auditor.post(address(model, "change", row.pk), {"reason": "x"}).status_code == 403
        assert auditor.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_secrets_are_on_no_page(auditor: Client, world: Enrollment) -> None:
    user = world.prescriber.user
    token = ApiToken.objects.get()
    for page in (address(User, "change", user.pk), address(User, "history", user.pk)):
        assert user.password not in auditor.get(page).content.decode()
        assert "md5$" not in auditor.get(page).content.decode()
    for kind in ("change", "history"):
        assert "Token hash" not in auditor.get(address(ApiToken, kind, token.pk)).content.decode()


def test_decision_page_shows_every_check_the_facts_and_the_outcome(auditor: Client, world: Enrollment) -> None:
    refused = make.ask_authorization(world, at=NOW + hours(48))
    text = auditor.get(address(Decision, "change", refused.pk)).content.decode()
    for check in refused.checks:
        assert check["rule"] in text
    assert text.count("Does not hold") == len(refused.failed.split(","))
    assert "AUTH-04" in refused.failed
    assert "Birth date" in text


def test_history_names_who_when_through_what_and_why(auditor: Client, world: Enrollment) -> None:
    number = Authorization.objects.get()
    text = auditor.get(address(Authorization, "history", number.pk)).content.decode()
    assert world.prescriber.user.full_name in text
    assert "Confirmation number issued" in text
    assert "page" in text
    assert "Mon, Jun 15, 2026, 11:00 AM EDT" in text
    assert "<del>active</del>" in text


def test_a_number_is_found_however_it_is_typed(auditor: Client, world: Enrollment) -> None:
    number = Authorization.objects.get().number
    for typed in (number, number.lower(), number.replace("-", ""), f" {number.replace('-', ' ')} "):
        assert number in auditor.get(address(Authorization, "changelist"), {"q": typed}).content.decode()
    other = "A" + number[1:-1] + ("2" if number[-1] != "2" else "3")
    assert number not in auditor.get(address(Authorization, "changelist"), {"q": other}).content.decode()


@pytest.mark.parametrize(
    ("model", "text"),
    [("patients.Patient", "family_name"), ("prescribers.Prescriber", "npi"), ("pharmacies.Pharmacy", "ncpdp_id")],
)
def test_people_and_places_are_found_by_name_or_number(model: str, text: str, auditor: Client, world: Any) -> None:
    row = apps.get_model(model).objects.first()
    page = auditor.get(address(type(row), "changelist"), {"q": getattr(row, text)}).content.decode()
    assert address(type(row), "change", row.pk) in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@time_machine.travel(NOW, tick=False)  # the session is written once a minute: not in the middle of the count
def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(model: Any, auditor: Client, world: Any) -> None:
    auditor.get(address(model, "changelist"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        auditor.get(address(model, "changelist"))
    for category in (RiskCategory.FC_CAN, RiskCategory.FC_CAN):
        one = make.enrollment(category)
        make.dispense(make.confirmation(make.authorization(one)), at=NOW + hours(40))
        make.pregnancy_test(one, collected_at=NOW + hours(44), result="positive")
    with CaptureQueriesContext(connection) as many:
        auditor.get(address(model, "changelist"))
    assert len(many) <= len(few), [query["sql"] for query in many]


def test_the_first_page_counts_what_waits_for_staff(auditor: Client, world: Enrollment) -> None:
    text = auditor.get(reverse("admin:index")).content.decode()
    for model in (SafetyCase, ComplianceCase):
        assert f'<a href="{address(model, "changelist")}?status__exact=open"><strong>1</strong>' in text


def test_every_time_is_shown_in_the_programs_zone(auditor: Client, world: Enrollment) -> None:
    number = Authorization.objects.get()
    assert "Jun 15, 2026, 11:00 AM EDT" in auditor.get(address(Authorization, "changelist")).content.decode()
    assert "Jun 15, 2026, 11:00 AM EDT" in auditor.get(address(Authorization, "change", number.pk)).content.decode()


# ---- looks are kept ----


def test_looks_at_a_patients_records_are_written_down(auditor: Client, world: Enrollment) -> None:
    AccessEvent.objects.all().delete()
    for model in (Enrollment, Authorization, Decision, PregnancyTest, SafetyCase, ComplianceCase):
        row = model.objects.order_by("pk").first()
        for page in ("change", "history"):
            before = AccessEvent.objects.count()
            auditor.get(address(model, page, row.pk))
            event = AccessEvent.objects.latest("pk")
            assert AccessEvent.objects.count() == before + 1
            assert (event.record, event.outcome) == (f"patient {world.patient.number}", "shown")
            assert (event.channel, event.user.role) == ("admin", User.Role.PROGRAM_STAFF)


def test_a_list_of_patients_is_a_look_and_a_catalogue_is_none(auditor: Client, world: Enrollment) -> None:
    auditor.get(address(Product, "changelist"))
    assert not AccessEvent.objects.exists()
    auditor.get(address(Enrollment, "changelist"))
    assert AccessEvent.objects.get().record == "list of enrollments"


# ---- acting ----


def act_on(client: Client, record: Any, name: str, **answers: Any) -> Any:
    return client.post(address(type(record), "act", record.pk, name), answers)


def test_closing_a_safety_case_lifts_the_hold_with_a_reason(
    sign_in: Callable[[User], Client], world: Enrollment
) -> None:
    user = make.case_manager()
    client = sign_in(user)
    case = SafetyCase.objects.get()
    page = client.get(address(SafetyCase, "change", case.pk)).content.decode()
    assert address(SafetyCase, "act", case.pk, "close") in page
    assert client.get(address(SafetyCase, "act", case.pk, "close")).status_code == 200
    empty = act_on(client, case, "close", reason="  ")
    assert empty.status_code == 422
    standing = act_on(client, case, "close", reason="Repeated test negative")
    assert (standing.status_code, "A positive pregnancy test stands" in standing.content.decode()) == (422, True)
    assert "Repeated test negative" in standing.content.decode()
    done = act_on(client, case, "close", reason="Laboratory mix-up", clears_tests="on")
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.status, case.closing_reason, case.closed_by) == ("closed", "Laboratory mix-up", user)
    row = case.history.latest()
    assert (row.actor_name, row.channel) == (user.full_name, "admin")
    assert PregnancyTest.objects.filter(cleared_by=user, cleared_reason="Laboratory mix-up").count() == 1
    again = act_on(client, case, "close", reason="Twice")
    assert (again.status_code, SafetyCase.objects.get().closing_reason) == (302, "Laboratory mix-up")
    assert (
        address(SafetyCase, "act", case.pk, "close")
        not in client.get(address(SafetyCase, "change", case.pk)).content.decode()
    )


def test_closing_a_compliance_case_keeps_the_reason(sign_in: Callable[[User], Client], world: Enrollment) -> None:
    user = make.case_manager()
    case = ComplianceCase.objects.get()
    assert act_on(sign_in(user), case, "close", reason="Courier strike, letter on file").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.closing_reason, case.closed_by) == ("closed", "Courier strike, letter on file", user)
    assert case.history.latest().channel == "admin"


@pytest.mark.parametrize("make_user", [make.auditor, make.case_manager], ids=["auditor", "case manager"])
def test_certifications_are_an_administrators_business(
    make_user: Callable[[], User], sign_in: Callable[[User], Client], world: Enrollment
) -> None:
    client = sign_in(make_user())
    certification = world.prescriber.certifications.get()
    assert "act/suspend" not in client.get(address(type(certification), "change", certification.pk)).content.decode()
    for method in (client.get, client.post):
        page = method(address(type(certification), "act", certification.pk, "suspend"), {"reason": "x"})
        assert page.status_code == 403
    certification.refresh_from_db()
    assert certification.status == "certified"


def test_an_auditor_closes_no_case(auditor: Client, world: Enrollment) -> None:
    for case in (SafetyCase.objects.get(), ComplianceCase.objects.get()):
        assert act_on(auditor, case, "close", reason="x").status_code == 403
        case.refresh_from_db()
        assert case.status == "open"


@pytest.mark.parametrize("kind", ["prescriber", "pharmacy"])
def test_an_administrator_suspends_reinstates_decertifies_and_lets_apply_again(
    kind: str, sign_in: Callable[[User], Client]
) -> None:
    certification = getattr(make, kind)().certifications.get()
    user = make.administrator()
    client = sign_in(user)
    for name, status in (
        ("suspend", "suspended"),
        ("reinstate", "certified"),
        ("decertify", "decertified"),
        ("reopen", "in_progress"),
    ):
        assert act_on(client, certification, name, reason="").status_code == 422
        assert act_on(client, certification, name, reason=f"Reason to {name}").status_code == 302
        certification.refresh_from_db()
        row = certification.history.latest("history_id")
        assert (certification.status, row.history_change_reason) == (status, f"Reason to {name}")
        assert (row.actor_name, row.channel) == (user.full_name, "admin")


def test_an_act_that_is_not_offered_changes_nothing(sign_in: Callable[[User], Client], world: Enrollment) -> None:
    client = sign_in(make.administrator())
    certification = world.prescriber.certifications.get()
    page = client.post(address(type(certification), "act", certification.pk, "reinstate"), {"reason": "x"}, follow=True)
    assert "is not possible now" in page.content.decode()
    assert client.get(address(type(certification), "act", certification.pk, "no-such-act")).status_code == 404
    assert client.get(address(type(certification), "act", 999_999, "suspend")).status_code == 404


# ---- accounts, catalogue, tokens ----


def test_an_administrator_makes_an_account_and_the_person_sets_the_password(
    sign_in: Callable[[User], Client],
) -> None:
    user = make.administrator()
    answers = {"email": "New.Person@Example.com", "full_name": "Ny Person", "role": "pharmacist", "staff_role": ""}
    client = sign_in(user)
    page = client.post(address(User, "add"), answers)
    assert page.status_code == 302
    made = User.objects.get(email="new.person@example.com")
    assert not made.has_usable_password()
    assert made.history.get().actor_name == user.full_name
    letter = OutboxMessage.objects.get()
    assert (letter.recipient, letter.private) == ("new.person@example.com", True)
    assert "/accounts/invitation/" in letter.body
    shown = client.get(address(OutboxMessage, "change", letter.pk)).content.decode()
    assert "invitation/" not in shown.partition("<main")[2]


def test_an_invitation_is_sent_again_and_withdrawn_by_an_administrator(sign_in: Callable[[User], Client]) -> None:
    client = sign_in(make.administrator())
    client.post(address(User, "add"), {"email": "n@example.com", "full_name": "N", "role": "delegate"})
    invitation = Invitation.objects.get()
    assert act_on(client, invitation, "send-again", reason="Lost").status_code == 302
    assert OutboxMessage.objects.count() == 2
    assert act_on(client, invitation, "withdraw", reason="Wrong person").status_code == 302
    listed = client.get(address(Invitation, "changelist") + "?state=withdrawn").content.decode()
    assert "n@example.com" in listed
    assert "n@example.com" not in client.get(address(Invitation, "changelist") + "?state=open").content.decode()


def test_an_administrator_resets_a_second_factor_with_a_reason(sign_in: Callable[[User], Client]) -> None:
    user, other = make.administrator(), make.account()
    client = sign_in(user)
    assert act_on(client, other, "reset-second-factor", reason="Phone stolen, called back").status_code == 302
    assert not has_second_factor(other)
    assert "Phone stolen" in other.history.latest().history_change_reason


def test_an_account_that_can_not_be_is_refused_and_nothing_typed_is_lost(sign_in: Callable[[User], Client]) -> None:
    user = make.administrator()
    client = sign_in(user)
    answers = {"email": user.email, "full_name": "Twice O’Same", "role": "pharmacist", "staff_role": ""}
    page = client.post(address(User, "add"), answers)
    assert (page.status_code, "an account with this address already" in page.content.decode()) == (422, True)
    assert "Twice O’Same" in page.content.decode()
    mixed = answers | {"email": "other@example.com", "staff_role": "auditor"}
    page = client.post(address(User, "add"), mixed)
    assert (page.status_code, "Choose a staff role for program staff" in page.content.decode()) == (422, True)
    assert User.objects.count() == 1


def test_closing_and_opening_an_account(sign_in: Callable[[User], Client]) -> None:
    user, other = make.administrator(), make.account()
    client = sign_in(user)
    assert act_on(client, other, "close", reason="Left the practice").status_code == 302
    other.refresh_from_db()
    assert (other.is_active, other.history.latest().history_change_reason) == (False, "Left the practice")
    assert act_on(client, other, "reopen", reason="Came back").status_code == 302
    other.refresh_from_db()
    assert other.is_active
    own = act_on(client, user, "close", reason="Oops")
    assert (own.status_code, "your own account" in own.content.decode()) == (422, True)


def test_only_administrators_make_accounts(sign_in: Callable[[User], Client]) -> None:
    client = sign_in(make.case_manager())
    assert client.post(address(User, "add"), {"email": "x@example.com"}).status_code == 403
    assert "Add" not in client.get(address(User, "changelist")).content.decode().partition("<main")[2]


def test_an_administrator_keeps_the_catalogue(sign_in: Callable[[User], Client]) -> None:
    user = make.administrator()
    client = sign_in(user)
    fields = {
        "program": "lenalidomide",
        "name": "Lenalidomide capsules",
        "labeler": "Lab",
        "ndc": "11111-222-33",
        "strength_mg": "2.5",
        "source": "package label",
        "is_active": "on",
    }
    assert client.post(address(Product, "add"), fields | {"source": ""}).status_code == 200
    assert client.post(address(Product, "add"), fields).status_code == 302
    product = Product.objects.get()
    assert client.post(address(Product, "change", product.pk), fields | {"labeler": "Other"}).status_code == 302
    rows = list(product.history.order_by("history_id").values_list("labeler", "actor_name", "channel"))
    assert rows == [("Lab", user.full_name, "admin"), ("Other", user.full_name, "admin")]
    assert client.post(address(Product, "delete", product.pk), {"post": "yes"}).status_code == 403


def test_a_token_is_shown_once_kept_as_a_hash_and_can_be_revoked(sign_in: Callable[[User], Client]) -> None:
    shop, user = make.pharmacy(), make.administrator()
    client = sign_in(user)
    wrong = client.post(address(ApiToken, "add"), {"label": "Till", "npi": "1234567893", "days": "30"})
    assert (wrong.status_code, "No prescriber or pharmacy" in wrong.content.decode()) == (422, True)
    page = client.post(address(ApiToken, "add"), {"label": "Till", "npi": shop.npi, "days": "30"})
    secret = re.search(r'class="secret">([\w-]{43})<', page.content.decode())
    token = ApiToken.objects.get()
    assert secret is not None
    assert (token.token_hash, token.pharmacy, token.created_by) == (hash_token(secret[1]), shop, user)
    assert page.headers["Cache-Control"].count("no-store") == 1
    assert secret[1] not in client.get(address(ApiToken, "change", token.pk)).content.decode()
    assert act_on(client, token, "revoke", reason="Lost").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert token.history.latest().history_change_reason == "Lost"
    assert act_on(client, token, "revoke", reason="Again").status_code == 302


# ---- the door ----


def test_admin_has_the_portals_own_door(client: Client) -> None:
    page = client.get(reverse("admin:login"), {"next": "/admin/patients/patient/"})
    assert page.url == "/accounts/login/?next=%2Fadmin%2Fpatients%2Fpatient%2F"
    client.force_login(make.account())
    assert client.get(reverse("admin:index"), follow=True).status_code == 403
    client.force_login(make.auditor())
    assert client.get(reverse("admin:login")).url == reverse("admin:index")
    assert client.get(reverse("admin:password_change")).url == reverse("account_change_password")
    assert client.post(reverse("admin:logout")).url == reverse("account_login")
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_closed_account_of_staff_sees_nothing(client: Client) -> None:
    user = make.auditor()
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(address(Enrollment, "changelist")).status_code == 302


# ---- who represents a pharmacy ----


def test_an_administrator_names_another_representative(sign_in: Callable[[User], Client]) -> None:
    shop, new = make.pharmacy(), make.account(User.Role.PHARMACIST)
    client = sign_in(make.administrator())
    assert act_on(client, shop, "representative", email=new.email, reason="").status_code == 422
    refused = act_on(client, shop, "representative", email="nobody@example.com", reason="Left")
    assert "no pharmacy account" in refused.content.decode()
    assert act_on(client, shop, "representative", email=new.email, reason="Left").status_code == 302
    handing = HandOver.objects.pending().get()
    assert (handing.pharmacy, handing.to, handing.reason) == (shop, new, "Left")
    assert handing.history.latest().channel == "admin"
    # Until the new one has signed the form, the one before stays.
    assert new not in [row.user for row in shop.staff.filter(is_representative=True, ends_on=None)]
