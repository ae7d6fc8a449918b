"""Cases of the acts on accounts, tokens, the catalogue, prescribers and pharmacies."""

from typing import Any

from django.contrib.auth import get_user_model

import tests.factories as make
from authorizations.actions import catalogue
from authorizations.models import Product
from pharmacies import actions as pharmacies
from pharmacies.facts import Signature
from prescribers import actions as prescribers
from rems_portal.accounts import actions as accounts
from rems_portal.audit.actors import Actor, Channel
from rems_portal.interop import actions as interop
from tests.architecture.act_cases.registry import Perform, case_of, doing
from tests.factories import NOW, PROGRAM

# ---- accounts and tokens ----


@case_of(accounts.create_account)
def _() -> tuple[Actor, Perform]:
    user = make.administrator()
    wanted = accounts.NewAccount(email="n@example.com", full_name="N", role=user.Role.DELEGATE)
    return doing(user, accounts.create_account, Channel.ADMIN, user=user, account=wanted)


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


# ---- prescribers ----


@case_of(prescribers.save_prescriber_identity)
def _() -> tuple[Actor, Perform]:
    user = make.account()
    identity = prescribers.PrescriberIdentity(npi=make.npi(), full_name="A B", practice_name="P", phone="5")
    return doing(user, prescribers.save_prescriber_identity, user=user, identity=identity, program=PROGRAM)


def _new_prescriber_certification() -> Any:
    return make.prescriber(certified=False).certifications.get()


@case_of(prescribers.review_prescriber_material)
def _() -> tuple[Actor, Perform]:
    certification = _new_prescriber_certification()
    return doing(
        certification.prescriber.user,
        prescribers.review_prescriber_material,
        certification=certification,
        material="prescriber_guide",
        version=PROGRAM.version,
        program=PROGRAM,
    )


@case_of(prescribers.certify_prescriber)
def _() -> tuple[Actor, Perform]:
    certification = _new_prescriber_certification()
    user = certification.prescriber.user
    for code in ("prescribing_information", "welcome_letter", "prescriber_guide", "education_prescribing_safety_kit"):
        certification.reviews.create(material=code, version=PROGRAM.version, reviewed_at=NOW)
    act = prescribers.certify_prescriber
    return doing(user, act, certification=certification, signed_name="A B", program=PROGRAM)


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


@case_of(prescribers.add_delegate)
def _() -> tuple[Actor, Perform]:
    dr, other = make.prescriber(), make.account("delegate")
    return doing(dr.user, prescribers.add_delegate, prescriber=dr, email=other.email, program=PROGRAM)


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


@case_of(pharmacies.review_pharmacy_material)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    material = {"material": "pharmacy_guide", "version": PROGRAM.version}
    act = pharmacies.review_pharmacy_material
    return doing(user, act, certification=certification, program=PROGRAM, **material)


@case_of(pharmacies.take_quiz)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    answers = {question.code: question.choices[0].code for question in PROGRAM.quiz}
    act = pharmacies.take_quiz
    return doing(user, act, user=user, certification=certification, answers=answers, program=PROGRAM)


@case_of(pharmacies.certify_pharmacy)
def _() -> tuple[Actor, Perform]:
    certification, user = _new_pharmacy()
    for code in ("pharmacy_guide", "pharmacy_training"):
        certification.reviews.create(material=code, version=PROGRAM.version, reviewed_at=NOW)
    certification.quiz_attempts.create(taken_at=NOW, taken_by=user, answers={}, correct=1, questions=1, passed=True)
    processes = frozenset(process.code for process in PROGRAM.pharmacy_processes)
    signature = Signature(name="A B", processes=processes)
    act = pharmacies.certify_pharmacy
    return doing(user, act, certification=certification, signature=signature, program=PROGRAM)


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
    return doing(other, pharmacies.complete_training, staff=shop.staff.get(user=other), reviewed=True)
