"""Holds a signed form against the columns in which the record that keeps it repeats what form and signatures say.

Which columns those are is the business of the apps whose records they are.
"""

from collections.abc import Mapping
from dataclasses import replace

from rems_portal.rules.forms import Signer
from rems_portal.signatures.models import Signature
from rems_portal.signatures.presenters import ShownForm
from rems_portal.signatures.queries import Integrity

# By what it is called: what the record says, and what the form or its signatures say.
Copies = Mapping[str, tuple[object, object]]


def held_against(shown: ShownForm, copies: Copies) -> ShownForm:
    """Return the form, shown as broken where a copy is not what was signed (21 CFR 11.70)."""
    wrong = [what.replace("_", " ") for what, (stored, signed) in copies.items() if stored != signed]
    if not wrong:
        return shown
    sentence = f"What is kept with this form is not what was signed: {', '.join(wrong)}."
    return with_problems(shown, (sentence,))


def with_problems(shown: ShownForm, problems: tuple[str, ...]) -> ShownForm:
    """Return the form with these problems after its own, each once."""
    return replace(shown, integrity=Integrity(tuple(dict.fromkeys((*shown.integrity.problems, *problems)))))


def signed_by(shown: ShownForm) -> dict[str, Signature]:
    """Return the signatures under a form by signer."""
    return {one.signer: one for one in shown.signatures}


def account_of(shown: ShownForm, signer: Signer, expected: int | None) -> int | None:
    """Return the account that signed as `signer`; `expected` itself where nobody did, or with no account of their own.

    To be held against the account of the person whom the record names: a token or a link has none.
    """
    given = signed_by(shown).get(signer)
    return expected if given is None or given.user_id is None else given.user_id


def is_intact(shown: ShownForm | None) -> bool:
    """Tell whether nothing shows a record to be broken; one without a form can't be told."""
    return shown is None or shown.integrity.holds


def in_words(*forms: ShownForm | None) -> str:
    """Return what staff read about a record's forms: still what was signed, or everything that is not."""
    there = [shown for shown in forms if shown]
    problems = [problem for shown in there for problem in shown.integrity.problems]
    if problems and len(there) > 1:
        problems = [f"{shown.form}: {' '.join(shown.integrity.problems)}" for shown in there if not is_intact(shown)]
    return (" ".join(problems) or "Yes") if there else "No signed form belongs to it."
