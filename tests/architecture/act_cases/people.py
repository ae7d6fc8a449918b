"""Cases of the acts on accounts, tokens, the catalogue, prescribers and pharmacies."""

from typing import Any

from django.contrib.auth import get_user_model

import tests.factories as make
from authorizations.actions import catalogue
from authorizations.models import Product
from pharmacies import actions as pharmacies
from prescribers import actions as prescribers
from rems_portal.accounts import actions as accounts
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, Channel
from rems_portal.interop import actions as interop
from rems_portal.materials import actions as materials
from rems_portal.rules.calendars import program_day
from rems_portal.signatures.actions import prove_password
from tests.architecture.act_cases.registry import Perform, act_named, case_of, doing
from tests.factories import NOW, PROGRAM

# ---- signing ----


@case_of(act_named("signatures.actions._try_password"))
def _() -> tuple[Actor, Perform]:
    user = make.account()
    return doing(user, prove_password, user=user, password=make.PASSWORD)


# ---- accounts and tokens ----


WANTED = accounts.NewAccount(email="n@example.com", full_name="N", role=User.Role.DELEGATE)


@case_of(accounts.invite_account)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    return doing(user, accounts.invite_account, Channel.ADMIN, user=user, account=WANTED)


def _open_invitation() -> tuple[User, Any]:
    user = make.administrator()
    return user, accounts.invite_account(by=make.actor(user), at=NOW, user=user, account=WANTED)


@case_of(accounts.send_invitation_again)
def _() -> tuple[Actor, Perform]:
    user, invitation = _open_invitation()
    return doing(user, accounts.send_invitation_again, Channel.ADMIN, user=user, invitation=invitation)


@case_of(accounts.withdraw_invitation)
def _() -> tuple[Actor, Perform]:
    user, invitation = _open_invitation()
    return doing(user, accounts.withdraw_invitation, Channel.ADMIN, user=user, invitation=invitation)


@case_of(accounts.accept_invitation)
def _() -> tuple[Actor, Perform]:
    invitation = _open_invitation()[1]
    password = "nine green bottles hang"
    return doing(invitation.account, accounts.accept_invitation, Channel.LINK, invitation=invitation, password=password)


@case_of(accounts.end_sessions)
def _() -> tuple[Actor, Perform]:
    user = make.account()
    return doing(user, accounts.end_sessions, account=user)


@case_of(accounts.reset_second_factor)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    return doing(user, accounts.reset_second_factor, Channel.ADMIN, user=user, account=make.account(), reason="lost")


@case_of(accounts.correct_account)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    to = {"full_name": "New Name", "email": "new@example.com", "reason": "Moved"}
    return doing(user, accounts.correct_account, Channel.ADMIN, user=user, account=make.account(), **to)


@case_of(accounts.close_account)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    return doing(user, accounts.close_account, Channel.ADMIN, user=user, account=make.account(), reason="left")


@case_of(accounts.reopen_account)
def _() -> tuple[Actor, Perform]:
    user, other = make.administrator(), make.account()
    get_user_model().objects.filter(pk=other.pk).update(is_active=False)
    return doing(user, accounts.reopen_account, Channel.ADMIN, user=user, account=other, reason="back")


@case_of(interop.issue_api_token)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    token = interop.NewToken(label="Till", pharmacy=make.pharmacy())
    return doing(user, interop.issue_api_token, Channel.ADMIN, user=user, token=token)


@case_of(interop.revoke_api_token)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    wanted = interop.NewToken(label="Till", pharmacy=make.pharmacy())
    token, _secret = interop.issue_api_token(by=make.actor(user), at=NOW, user=user, token=wanted)
    return doing(user, interop.revoke_api_token, Channel.ADMIN, user=user, token=token, reason="lost")


@case_of(catalogue.save_product)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    product = Product(program="lenalidomide", name="L", labeler="L", ndc="1-2-3", strength_mg=5, source="a label")
    return doing(user, catalogue.save_product, Channel.ADMIN, user=user, product=product)


# ---- materials ----


@case_of(materials.record_reading)
def _() -> tuple[Actor, Perform]:
    user = make.account("delegate")
    which = {"material": "patient_guide", "version": PROGRAM.version, "language": "es"}
    return doing(user, materials.record_reading, user=user, program=PROGRAM, **which)


# ---- prescribers ----


@case_of(prescribers.save_prescriber_identity)
def _() -> tuple[Actor, Perform]:
    user = make.account()
    identity = prescribers.PrescriberIdentity(npi=make.npi(), full_name="A B", practice_name="P", phone="5")
    return doing(user, prescribers.save_prescriber_identity, user=user, identity=identity, program=PROGRAM)


def _new_prescriber_certification() -> Any:
    return make.prescriber(certified=False).certifications.get()


@case_of(prescribers.certify_prescriber)
def _() -> tuple[Actor, Perform]:
    certification = _new_prescriber_certification()
    user = certification.prescriber.user
    read = [(one.code, one.version) for one in PROGRAM.materials if one.audience == "prescriber" and one.must_be_read]
    said = {"certification": certification, "signing": make.signing(user), "read": read}
    return doing(user, prescribers.certify_prescriber, program=PROGRAM, **said)


def _oversight(acts: Any, kind: str, name: str) -> tuple[Actor, Perform]:
    """Bring a certification to where the act can follow, then act."""
    user = make.administrator()
    certification = getattr(make, kind)().certifications.get()
    before = {"reinstate": ["suspend"], "reopen": ["decertify"]}.get(name, [])
    full = {"reopen": f"reopen_{kind}_certification"}
    for step in before:
        act = getattr(acts, f"{step}_{kind}")
        act(by=make.actor(user), at=NOW, user=user, certification=certification, reason="why")
    act = getattr(acts, full.get(name, f"{name}_{kind}"))
    return doing(user, act, Channel.ADMIN, user=user, certification=certification, reason="because")


for _acts, _kind in ((prescribers, "prescriber"), (pharmacies, "pharmacy")):
    for _name in ("suspend", "reinstate", "decertify", "reopen"):
        _full = f"reopen_{_kind}_certification" if _name == "reopen" else f"{_name}_{_kind}"
        case_of(getattr(_acts, _full))(lambda acts=_acts, kind=_kind, name=_name: _oversight(acts, kind, name))


@case_of(prescribers.change_prescriber_details)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    wanted = {"practice_name": "Elm Clinic", "credentials": "DO", "phone": "617-555-0100"}
    return doing(dr.user, prescribers.change_prescriber_details, prescriber=dr, **wanted)


@case_of(prescribers.add_delegate)
def _() -> tuple[Actor, Perform]:
    dr, other = make.prescriber(), make.account("delegate")
    return doing(dr.user, prescribers.add_delegate, prescriber=dr, email=other.email, program=PROGRAM)


@case_of(prescribers.plan_delegation_end)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    make.delegate_of(dr)
    day = program_day(NOW + make.days(9))
    return doing(dr.user, prescribers.plan_delegation_end, delegation=dr.delegations.get(), last_day=day)


@case_of(prescribers.end_delegation)
def _() -> tuple[Actor, Perform]:
    dr = make.prescriber()
    make.delegate_of(dr)
    return doing(dr.user, prescribers.end_delegation, delegation=dr.delegations.get())


# ---- pharmacies ----


@case_of(pharmacies.start_certification)
def _() -> tuple[Actor, Perform]:
    user = make.account("pharmacist")
    identity = pharmacies.PharmacyIdentity(
        name="P", npi=make.npi(), ncpdp_id=make.ncpdp_id(), time_zone="America/Denver", phone="5", address="1 St"
    )
    return doing(user, pharmacies.start_certification, user=user, identity=identity, program=PROGRAM)


def _new_pharmacy() -> tuple[Any, Any]:
    shop = make.pharmacy(certified=False)
    return shop.certifications.get(), shop.staff.get().user


@case_of(pharmacies.open_quiz)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    return doing(user, pharmacies.open_quiz, certification=certification, program=PROGRAM)


@case_of(pharmacies.take_quiz)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    attempt = pharmacies.open_quiz(by=make.actor(user), at=NOW, certification=certification, program=PROGRAM)
    answers = {question.code: question.choices[0].code for question in PROGRAM.quiz}
    return doing(user, pharmacies.take_quiz, attempt=attempt, answers=answers, program=PROGRAM)


@case_of(pharmacies.certify_pharmacy)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    for code in ("pharmacy_guide", "pharmacy_training"):
        make.reading(user, material=code)
    passed = {"correct": 1, "questions": 1, "passed": True, "opened_at": NOW, "taken_at": NOW}
    version = {"program": PROGRAM.program, "program_version": PROGRAM.version}
    certification.quiz_attempts.create(person=user, paper=[], **passed, **version)
    processes = frozenset(process.code for process in PROGRAM.pharmacy_processes)
    act, signing = pharmacies.certify_pharmacy, make.signing(user, at=NOW)
    return doing(user, act, certification=certification, processes=processes, signing=signing, program=PROGRAM)


@case_of(pharmacies.add_sites)
def _() -> tuple[Actor, Perform]:
    user = make.account("pharmacist")
    site = pharmacies.PharmacyIdentity(
        name="P", npi=make.npi(), ncpdp_id=make.ncpdp_id(), time_zone="America/Denver", phone="5", address="1 St"
    )
    return doing(user, pharmacies.add_sites, user=user, sites={1: site}, program=PROGRAM)


@case_of(pharmacies.change_pharmacy_details)
def _() -> tuple[Actor, Perform]:
    shop = make.pharmacy()
    details = pharmacies.PharmacyDetails(name="New", time_zone="America/Denver", phone="5", address="2 St")
    return doing(shop.staff.get().user, pharmacies.change_pharmacy_details, pharmacy=shop, details=details)


@case_of(pharmacies.correct_pharmacy_numbers)
def _() -> tuple[Actor, Perform]:
    shop, user = make.pharmacy(), make.administrator()
    wanted = {"npi": make.npi(), "ncpdp_id": make.ncpdp_id(), "reason": "Two digits were swapped"}
    act = pharmacies.correct_pharmacy_numbers
    return doing(user, act, Channel.ADMIN, user=user, pharmacy=shop, **wanted)


@case_of(pharmacies.remove_site)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    return doing(user, pharmacies.remove_site, user=user, certification=certification)


@case_of(pharmacies.hand_over_pharmacy)
def _() -> tuple[Actor, Perform]:
    shop, other = make.pharmacy(), make.account("pharmacist")
    user = shop.staff.get().user
    handed = {"pharmacy": shop, "email": other.email, "reason": "Moved on"}
    return doing(user, pharmacies.hand_over_pharmacy, user=user, **handed)


@case_of(pharmacies.withdraw_hand_over)
def _() -> tuple[Actor, Perform]:
    shop, other = make.pharmacy(), make.account("pharmacist")
    user = shop.staff.get().user
    handed = {"pharmacy": shop, "email": other.email, "reason": "Moved on"}
    handing = pharmacies.hand_over_pharmacy(by=make.actor(user), at=NOW, user=user, **handed)
    return doing(user, pharmacies.withdraw_hand_over, user=user, handing=handing)


@case_of(pharmacies.add_staff)
def _() -> tuple[Actor, Perform]:
    shop, other = make.pharmacy(), make.account("pharmacist")
    return doing(shop.staff.get().user, pharmacies.add_staff, pharmacy=shop, email=other.email)


@case_of(pharmacies.end_staff)
def _() -> tuple[Actor, Perform]:
    shop = make.pharmacy()
    other = make.pharmacist(shop)
    act = pharmacies.end_staff
    return doing(shop.staff.get(is_representative=True).user, act, staff=shop.staff.get(user=other))


@case_of(pharmacies.complete_training)
def _() -> tuple[Actor, Perform]:
    shop = make.pharmacy()
    other = make.pharmacist(shop, trained=False)
    return doing(other, pharmacies.complete_training, staff=shop.staff.get(user=other), reviewed=True, program=PROGRAM)
