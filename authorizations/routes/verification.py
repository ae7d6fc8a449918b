"""The public address on which documents are checked; `rems_portal.signatures.pdf` prints it on each of them."""

from django.urls import path

from authorizations.views.verification import verify

urlpatterns = [path("verify/", verify, name="verify")]
