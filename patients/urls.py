"""The addresses of a patient's agreement form: signed at once, or prepared first."""

from django.urls import path

from patients.views import again, enrollment, prepared

app_name = "patients"
urlpatterns = [
    path("enroll/", enrollment.enroll, name="enroll"),
    path("enroll/category/", enrollment.enroll_category, name="enroll-category"),
    path("enroll/again/<str:number>/", again.enroll_again, name="enroll-again"),
    path("prepared/", prepared.prepared_forms, name="prepared-forms"),
    path("prepared/new/", prepared.prepare, name="prepare"),
    path("prepared/<int:pk>/", prepared.prepare, name="prepare-again"),
    path("prepared/<int:pk>/sign/", enrollment.enroll, name="enroll-prepared"),
    path("prepared/<int:pk>/discard/", prepared.discard, name="discard-prepared"),
]
