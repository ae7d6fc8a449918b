"""The addresses of a pharmacy's certification and staff."""

from django.urls import path

from pharmacies.views import certification, documents, quiz, sites, staff

app_name = "pharmacies"
urlpatterns = [
    path("certify/", sites.certify, name="certify"),
    path("certify/new/", certification.certify_new, name="certify-new"),
    path("certify/sites/", sites.certify_sites, name="certify-sites"),
    path("certify/<int:pk>/", certification.certify_pharmacy_page, name="certify-pharmacy"),
    path("certify/<int:pk>/pharmacy/", certification.certify_identity, name="certify-identity"),
    path("certify/<int:pk>/details/", certification.certify_details, name="certify-details"),
    path("certify/<int:pk>/materials/<slug:material>/", certification.certify_material, name="certify-material"),
    path("certify/<int:pk>/quiz/", quiz.certify_quiz, name="certify-quiz"),
    path("certify/<int:pk>/quiz/<int:attempt>/", quiz.certify_quiz_paper, name="certify-quiz-paper"),
    path("certify/<int:pk>/sign/", certification.certify_sign, name="certify-sign"),
    path("certify/<int:pk>/form/", documents.certify_form_pdf, name="certify-form"),
    path("certify/<int:pk>/certificate/", documents.certify_certificate, name="certify-certificate"),
    path("certify/<int:pk>/remove/", sites.certify_remove, name="certify-remove"),
    path("certify/<int:pk>/representative/", sites.certify_hand_over, name="certify-hand-over"),
    path(
        "certify/<int:pk>/representative/withdraw/",
        sites.certify_withdraw_hand_over,
        name="certify-withdraw-hand-over",
    ),
    path("staff/", staff.staff, name="staff"),
    path("staff/<int:pk>/end/", staff.staff_end, name="staff-end"),
    path("staff/<int:pk>/training/", staff.training, name="training"),
]
