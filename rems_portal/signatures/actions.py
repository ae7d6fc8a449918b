"""Writes forms and signatures; checks the password asked afresh for every signature (21 CFR 11.200, 11.300).

`write_form` and `sign` run inside the act that the signature is for; `prove_password` runs before it, so that a wrong
password is counted whatever becomes of the rest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor, current_instant
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.numbering import new_number
from rems_portal.rules.calendars import PROGRAM_ZONE, instant_in_words, zone_named
from rems_portal.rules.findings import Finding, Party
from rems_portal.rules.forms import Answers, FormDefinition, SignatureLine, Signer, digest, problems, write_document
from rems_portal.rules.numbers import Kind
from rems_portal.signatures.models import Method, Signature, SignedForm, SigningTry
from rems_portal.signatures.queries import completion_of, integrity_of, seal_of, seal_of_form

MAX_WRONG = 5
WAIT = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """That somebody has just shown to be who the name says, at the instant `at` (UTC), and so may sign at it.

    Made by `prove_password`, by a patient's link, or by an access token; good for acts of the same instant only.
    """

    printed_name: str
    method: Method
    at: datetime
    user_id: int | None = None
    relation: str = ""
    zone: str = PROGRAM_ZONE.key


class WrongPassword(ActRefused):
    """The password (or the e-mail address asked for beside it) is not the account's; nothing was signed."""

    def __init__(self, sentence: str):
        super().__init__([Finding("SIGN", (), sentence, Party.PROGRAM)])


def prove_password(
    *, by: Actor, at: datetime, user: User, password: str, user_name: str | None = None, zone: str = PROGRAM_ZONE.key
) -> Signing:
    """Check the password typed for one signature, and the e-mail address too where it is the first of a series.

    Every try is kept. After five wrong ones within 15 minutes nobody can sign with the account until the first of them
    is 15 minutes old: no lock that only others can lift. A try during this wait is kept as refused, its password is not
    looked at, and it makes the wait no longer. Raises WrongPassword, which says what to do, and until when to wait.
    """
    wait_until = _try_password(by=by, at=at, user=user, password=password, user_name=user_name)
    if wait_until is None:
        return Signing(printed_name=user.get_full_name(), method=Method.PASSWORD, at=at, user_id=user.pk, zone=zone)
    if wait_until > at:
        raise WrongPassword(f"Too many wrong passwords. Nothing was signed. {_try_again(wait_until, at, zone)}")
    what = "password" if user_name is None else "e-mail address or password"
    raise WrongPassword(f"The {what} is not right. Nothing was signed, and nothing you typed is lost. Try again.")


def _try_again(wait_until: datetime, at: datetime, zone: str) -> str:
    """Say how long the wait lasts from `at` on, and until when in `zone`; both rounded up to a whole minute."""
    minutes = -(-(wait_until - at) // MINUTE)
    over = wait_until + -timedelta(seconds=wait_until.second, microseconds=wait_until.microsecond) % MINUTE
    until = instant_in_words(over, zone_named(zone))
    return f"Try again in {minutes} minute{'s'[: minutes - 1]}, from {until} on."


@act
def _try_password(*, by: Actor, at: datetime, user: User, password: str, user_name: str | None) -> datetime | None:
    """Keep one try; None when it was right, else from when on the next one counts (`at` itself: now)."""
    # Tries of one account queue up here, so guesses sent at once are not more than five.
    account = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    wrong = list(
        SigningTry.objects.filter(user=account, right=False, refused=False, tried_at__gt=at - WAIT)
        .order_by("-tried_at")
        .values_list("tried_at", flat=True)[:MAX_WRONG]
    )
    if len(wrong) >= MAX_WRONG:
        SigningTry.objects.create(user=account, tried_at=at, right=False, refused=True)
        return wrong[-1] + WAIT
    named = user_name is None or user_name.strip().lower() == account.email.lower()
    right = by.user_id == account.pk and account.is_active and named and account.check_password(password)
    SigningTry.objects.create(user=account, tried_at=at, right=right)
    return None if right else at


def write_form(
    definition: FormDefinition,
    answers: Answers,
    *,
    by: Actor,
    at: datetime,
    about: str,
    signers: tuple[SignatureLine, ...] | None = None,
    entered_by: str = "",
) -> SignedForm:
    """Write a filled-in form, to be signed; `about` is kind and number of whom it is about. Inside an act.

    `signers`: the lines this form waits for, when not all of the definition's. A form nobody signs is complete at once.
    `entered_by`: who filled it in for `by`, as "X for Dr. Y", when that was somebody else.
    Raises ActRefused with everything that is missing or doesn't belong.
    """
    wrong = problems(definition, answers)
    if wrong:
        raise ActRefused([Finding("FORM", (), problem.sentence, Party.PROGRAM) for problem in wrong])
    number = new_number(Kind.FORM)
    entered_by = entered_by or by.name
    document = write_document(
        definition, answers, number=number, about=about, entered_by=entered_by, entered_at=at, signers=signers
    )
    lines = definition.signatures if signers is None else signers
    form = SignedForm(
        number=number,
        program=definition.program,
        code=definition.code,
        version=definition.version,
        language=definition.language,
        about=about,
        document=document.decode(),
        digest=digest(document),
        entered_at=at,
        entered_by_name=entered_by,
        completed_at=None if any(not line.optional for line in lines) else at,
    )
    form.seal = seal_of_form(form, ())
    form.save(force_insert=True)
    return form


def sign(form: SignedForm, signing: Signing, *, signer: Signer) -> Signature:
    """Put a signature on the line of `signer`; complete the form when it was the last one. Inside an act.

    The same signer twice gives the signature there is. Raises ActRefused for a form that was changed since it was
    written, ValueError for a proof of another instant or a line the form doesn't have.
    """
    if signing.at != current_instant():
        raise ValueError("A signature is given at the instant at which the signer was checked.")
    locked = SignedForm.objects.select_for_update(no_key=True).prefetch_related("signatures").get(pk=form.pk)
    given = list(locked.signatures.all())
    there = next((one for one in given if one.signer == signer), None)
    if there:
        return there
    found = integrity_of(locked)
    if not found.holds:
        raise ActRefused([Finding("FORM", (), f"{one} It can’t be signed.", Party.PROGRAM) for one in found.problems])
    line = next((line for line in locked.read.signatures if line.signer == signer), None)
    if line is None:
        raise ValueError(f"Nobody signs as {signer} on {locked}.")
    signature = Signature(
        form=locked,
        signer=signer,
        printed_name=signing.printed_name,
        relation=signing.relation,
        meaning=line.meaning,
        signed_at=signing.at.astimezone(UTC),  # the seal spells the instant out, so always in one zone
        zone=signing.zone,
        method=signing.method,
        user_id=signing.user_id,
        document_digest=locked.digest,
    )
    signature.seal = seal_of(signature, given[-1].seal if given else "")
    signature.save()
    _close(locked, [*given, signature])
    form.completed_at, form.seal = locked.completed_at, locked.seal
    return signature


def _close(form: SignedForm, signatures: list[Signature]) -> None:
    """Complete the form when all have signed that it waits for, and seal it with the signatures there are."""
    if form.completed_at is None:
        form.completed_at = completion_of(form, form.read, signatures)
    form.seal = seal_of_form(form, signatures)
    form.save(update_fields=["completed_at", "seal"])
