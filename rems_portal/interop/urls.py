"""The addresses of the API, version 1, and of its description."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from rems_portal.interop import description  # noqa: F401 - describes the token to the schema
from rems_portal.interop.api import authorizations, base, confirmations, forms, patients
from rems_portal.interop.reference import reference

app_name = "interop"

# The description holds no data of anybody: vendors read it before they have an account.
PUBLIC = {"authentication_classes": (), "permission_classes": ()}
document = login_not_required(SpectacularJSONAPIView.as_view(**PUBLIC))
explorer = login_not_required(SpectacularSwaggerSplitView.as_view(url_name="interop:openapi", **PUBLIC))

urlpatterns = [
    path("authorizations", authorizations.AuthorizationList.as_view(), name="authorizations"),
    path("confirmations", confirmations.ConfirmationList.as_view(), name="confirmations"),
    path("confirmations/<str:number>", confirmations.ConfirmationDetail.as_view(), name="confirmation"),
    path("confirmations/<str:number>/checklist", confirmations.ConfirmationChecklist.as_view(), name="checklist"),
    path("confirmations/<str:number>/dispense", confirmations.ConfirmationDispense.as_view(), name="dispense"),
    path("confirmations/<str:number>/cancel", confirmations.ConfirmationCancel.as_view(), name="cancel"),
    path("forms", forms.FormList.as_view(), name="forms"),
    path("forms/<str:code>", forms.FormDetail.as_view(), name="form"),
    path("patients/<str:number>/pregnancy-tests", patients.PregnancyTestList.as_view(), name="pregnancy-tests"),
    path("patients/<str:number>/status", patients.PatientStatus.as_view(), name="patient-status"),
    path("openapi.json", document, name="openapi"),
    path("docs", reference, name="docs"),
    path("explorer", explorer, name="explorer"),
    re_path("^(?P<rest>.*)$", base.NotHere.as_view(), name="not-here"),
]
