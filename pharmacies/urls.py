"""The addresses of a pharmacy's certification and staff."""

from django.urls import path

from pharmacies.views import certification, staff

app_name = "pharmacies"
urlpatterns = [
    path("certify/", certification.certify, name="certify"),
    path("certify/new/", certification.certify_new, name="certify-new"),
    path("certify/<int:pk>/", certification.certify_pharmacy_page, name="certify-pharmacy"),
    path("certify/<int:pk>/pharmacy/", certification.certify_identity, name="certify-identity"),
    path("certify/<int:pk>/materials/<slug:material>/", certification.certify_material, name="certify-material"),
    path("certify/<int:pk>/quiz/", certification.certify_quiz, name="certify-quiz"),
    path("certify/<int:pk>/quiz/<int:attempt>/", certification.certify_quiz_result, name="certify-quiz-result"),
    path("certify/<int:pk>/sign/", certification.certify_sign, name="certify-sign"),
    path("staff/", staff.staff, name="staff"),
    path("staff/<int:pk>/end/", staff.staff_end, name="staff-end"),
    path("staff/<int:pk>/training/", staff.training, name="training"),
]
