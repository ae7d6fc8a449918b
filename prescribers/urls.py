"""The addresses of a prescriber's certification and delegates."""

from django.urls import path

from prescribers.views import certification, delegates

app_name = "prescribers"
urlpatterns = [
    path("certify/", certification.certify, name="certify"),
    path("certify/renew/", certification.certify_renew, name="certify-renew"),
    path("certify/details/", certification.certify_details, name="certify-details"),
    path("certify/form.pdf", certification.form_pdf, name="certify-form-pdf"),
    path("certify/certificate.pdf", certification.certificate, name="certificate-pdf"),
    path("delegates/", delegates.delegates, name="delegates"),
    path("delegates/<int:pk>/", delegates.delegate_days, name="delegate-days"),
    path("delegates/<int:pk>/end/", delegates.delegate_end, name="delegate-end"),
    path("served/", delegates.served, name="served"),
]
