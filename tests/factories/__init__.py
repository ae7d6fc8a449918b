"""Records for tests, made the way the portal makes them: by the business acts, at an instant the test chooses.

Plain functions; each takes `at=` (an aware UTC instant, default `NOW`, a Monday afternoon in June 2026) and makes what
it needs when it isn't given. Names, numbers and NPIs differ from call to call.

    import tests.factories as make

    dr = make.prescriber()                            # certified, with an account; certified=False for one who is not
    aide = make.delegate_of(dr)                       # an account of the office staff
    shop = make.pharmacy(time_zone="America/Chicago") # certified, with its representative
    pat = make.pharmacist(shop)                       # trained staff's account; trained=False, representative=True
    one = make.enrollment(RiskCategory.AF_CAN, prescriber=dr)
    make.pregnancy_test(one, collected_at=..., result="negative"); make.patient_survey(one)
    make.ready(one, at=NOW)                           # records what the next authorization at NOW needs: tests, survey
    decision = make.ask_authorization(one, at=NOW)    # a Decision, granted or refused
    number = make.authorization(one, at=NOW)          # ready + asked + granted: an Authorization
    held = make.confirmation(number, pharmacy=shop)   # a granted Confirmation (make.ask_confirmation: the Decision)
    gone = make.dispense(held)                        # checklist and dispense recorded
    make.treated(one, at=NOW)                         # one whole month: authorization, confirmation, dispense at NOW
    make.case_manager(), make.auditor(), make.administrator(), make.product()
    make.actor(user) -> Actor; make.PASSWORD signs every account in; make.PROGRAM is the version in force at NOW.

Nothing here decides: what the acts refuse raises, with the findings in the message.
"""

from tests.factories.accounts import PASSWORD, account, actor, administrator, auditor, case_manager
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
from tests.factories.patients import (
    CATEGORIES,
    agreement_form,
    birth_date_of,
    enrollment,
    form_for,
    invitation,
    patient_survey,
    pregnancy_test,
    reassuring_answers,
)
from tests.factories.pharmacies import ncpdp_id, pharmacist, pharmacy
from tests.factories.prescribers import delegate_of, npi, prescriber

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
    "dispense",
    "enrollment",
    "form_for",
    "hours",
    "invitation",
    "ncpdp_id",
    "npi",
    "patient_survey",
    "pharmacist",
    "pharmacy",
    "pregnancy_test",
    "prescriber",
    "prescriber_survey",
    "product",
    "ready",
    "reassuring_answers",
    "treated",
]
