"""Records for tests, made the way the portal makes them: by the business acts, at an instant the test chooses.

Plain functions; each takes `at=` (an aware UTC instant, default `NOW`, a Monday afternoon in June 2026) and makes what
it needs when it isn't given. Names, numbers and NPIs differ from call to call.

    import tests.factories as make

    dr = make.prescriber()                            # certified, with an account; certified=False for one who is not
    aide = make.delegate_of(dr)                       # an account of the office staff
    shop = make.pharmacy(time_zone="America/Chicago") # certified, with its representative
    pat = make.pharmacist(shop)                       # trained staff's account; trained=False, representative=True
    one = make.enrollment(RiskCategory.AF_CAN, prescriber=dr)  # signed by everybody
    make.pending_enrollment(...); make.signed_by_patients_side(one)   # before, and after, the patient's side signs
    make.pregnancy_test(one, collected_at=..., result="negative"); make.patient_survey(one)
    make.ready(one, at=NOW)                           # records what the next authorization at NOW needs: tests, survey
    decision = make.ask_authorization(one, at=NOW)    # a Decision, granted or refused
    number = make.authorization(one, at=NOW)          # ready + asked + granted: an Authorization
    held = make.confirmation(number, pharmacy=shop)   # a granted Confirmation (make.ask_confirmation: the Decision)
    gone = make.dispense(held)                        # checklist and dispense recorded
    make.discontinued(one); make.transferred(make.transfer(one, to=dr))   # a course that ends, or changes hands
    make.treated(one, at=NOW)                         # one whole month: authorization, confirmation, dispense at NOW
    make.reading(user, "prescriber_guide")                # somebody read a material
    make.case_manager(), make.auditor(), make.administrator(), make.product()
    make.signing(user, at=NOW), make.link_signing("Name") # proofs to sign with, as password or link would give them
    make.actor(user) -> Actor; make.PASSWORD signs every account in, with a code:
    make.second_factor_code(at=now); make.account(second_factor=False) has none yet.
    make.PROGRAM is the version in force at NOW.

Nothing here decides: what the acts refuse raises, with the findings in the message.
"""

from tests.factories.accounts import (
    PASSWORD,
    account,
    actor,
    administrator,
    auditor,
    case_manager,
    second_factor_code,
)
from tests.factories.authorizations import (
    ask_authorization,
    ask_confirmation,
    authorization,
    checklist,
    confirmation,
    confirmation_request,
    dispense,
    prescriber_survey,
    product,
    ready,
    treated,
)
from tests.factories.clock import NOW, PROGRAM, days, hours
from tests.factories.courses import discontinued, ending_answers, transfer, transferred
from tests.factories.materials import reading
from tests.factories.patients import (
    CATEGORIES,
    agreement_form,
    birth_date_of,
    enrollment,
    form_for,
    invitation,
    patient_survey,
    pending_enrollment,
    pregnancy_test,
    reassuring_answers,
    signed_by_patients_side,
    waiting_agreement,
)
from tests.factories.pharmacies import ncpdp_id, pharmacist, pharmacy
from tests.factories.prescribers import delegate_of, npi, prescriber
from tests.factories.signing import link_signing, signing

__all__ = [
    "CATEGORIES",
    "NOW",
    "PASSWORD",
    "PROGRAM",
    "account",
    "actor",
    "administrator",
    "agreement_form",
    "ask_authorization",
    "ask_confirmation",
    "auditor",
    "authorization",
    "birth_date_of",
    "case_manager",
    "checklist",
    "confirmation",
    "confirmation_request",
    "days",
    "delegate_of",
    "discontinued",
    "dispense",
    "ending_answers",
    "enrollment",
    "form_for",
    "hours",
    "invitation",
    "link_signing",
    "ncpdp_id",
    "npi",
    "patient_survey",
    "pending_enrollment",
    "pharmacist",
    "pharmacy",
    "pregnancy_test",
    "prescriber",
    "prescriber_survey",
    "product",
    "reading",
    "ready",
    "reassuring_answers",
    "second_factor_code",
    "signed_by_patients_side",
    "signing",
    "transfer",
    "transferred",
    "treated",
    "waiting_agreement",
]
