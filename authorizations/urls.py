"""The addresses from the worklist to the dispense: one module of routes for each kind of person."""

from django.urls import path

from authorizations.routes import pharmacy, prescriber, safety, staff, verification
from authorizations.views.home import home

app_name = "authorizations"
urlpatterns = [
    path("", home, name="home"),
    *prescriber.urlpatterns,
    *pharmacy.urlpatterns,
    *safety.urlpatterns,
    *staff.urlpatterns,
    *verification.urlpatterns,
]
