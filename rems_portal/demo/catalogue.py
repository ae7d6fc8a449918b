"""The demo's product catalogue. Only codes that were read in a named source; each row says which.

A code is never guessed from a name: the brand's packages for 2.5, 20 and 25 mg and the generics' strengths that no
source at hand names are left out, for program staff to add with their source.
"""

from datetime import datetime
from decimal import Decimal

from authorizations.actions.catalogue import save_product
from authorizations.models import Product
from rems_portal.accounts.models import User
from rems_portal.audit.actors import Actor
from rems_portal.rules.programs import ProgramVersion

SOURCE = "Read in a primary source (certainty P in the project's list of facts and figures)"
BRAND_PACKAGES = (("59572-405-28", "5"), ("59572-410-28", "10"), ("59572-415-21", "15"))


def make_catalogue(administrator: User, at: datetime, program: ProgramVersion) -> None:
    """Enter the packages in the administrator's name."""
    for ndc, strength in BRAND_PACKAGES:
        product = Product(
            program=program.program,
            name="Revlimid (lenalidomide) capsules",
            labeler="Bristol-Myers Squibb",
            ndc=ndc,
            strength_mg=Decimal(strength),
            source=SOURCE,
        )
        save_product(by=Actor.of(administrator), at=at, user=administrator, product=product)
