"""The addresses of a patient's enrollment."""

from django.urls import path

from patients import views

app_name = "patients"
urlpatterns = [
    path("enroll/", views.enroll, name="enroll"),
    path("enroll/category/", views.enroll_category, name="enroll-category"),
]
