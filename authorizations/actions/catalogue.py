"""Program staff keep the product catalogue: each package with its code and the source of that code."""

from datetime import datetime

from django.core.exceptions import ValidationError

from authorizations.models import Product
from rems_portal.accounts.models import User
from rems_portal.accounts.permissions import require_administrator
from rems_portal.audit.actors import Actor
from rems_portal.audit.acts import act
from rems_portal.errors import ActRefused
from rems_portal.rules.findings import Finding, Party


@act
def save_product(*, by: Actor, at: datetime, user: User, product: Product) -> Product:
    """Add a package or change what the catalogue says of it; packages are never deleted, only taken out of use.

    Raises PermissionDenied unless `user` is an administrator, ActRefused for a code that is taken or no source.
    """
    require_administrator(user)
    try:
        product.full_clean()
    except ValidationError as error:
        raise ActRefused([Finding("PRODUCT", (), sentence, Party.PROGRAM) for sentence in error.messages]) from error
    product.save()
    return product
