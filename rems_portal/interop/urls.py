"""The addresses of the API, version 1, and of its description."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from rems_portal.interop import api

app_name = "interop"

# The description holds no data of anybody: vendors read it before they have an account.
public = {"authentication_classes": (), "permission_classes": ()}

urlpatterns = [
    path("authorizations", api.AuthorizationList.as_view(), name="authorizations"),
    path("confirmations", api.ConfirmationList.as_view(), name="confirmations"),
    path("confirmations/<str:number>", api.ConfirmationDetail.as_view(), name="confirmation"),
    path("confirmations/<str:number>/checklist", api.ConfirmationChecklist.as_view(), name="checklist"),
    path("confirmations/<str:number>/dispense", api.ConfirmationDispense.as_view(), name="dispense"),
    path("confirmations/<str:number>/cancel", api.ConfirmationCancel.as_view(), name="cancel"),
    path("patients/<str:number>/pregnancy-tests", api.PregnancyTestList.as_view(), name="pregnancy-tests"),
    path("patients/<str:number>/status", api.PatientStatus.as_view(), name="patient-status"),
    path("openapi.json", login_not_required(SpectacularAPIView.as_view(**public)), name="openapi"),
    path(
        "docs", login_not_required(SpectacularSwaggerSplitView.as_view(url_name="interop:openapi", **public)), name="docs"
    ),
]
