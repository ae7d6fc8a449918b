"""The addresses for program staff that are no part of the staff site."""

from django.urls import path

from authorizations.routes.converters import NUMBER
from authorizations.views.staff import any_form_pdf

urlpatterns = [path(f"signed-forms/<{NUMBER}:form>.pdf", any_form_pdf, name="any-form-pdf")]
