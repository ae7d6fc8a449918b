"""The addresses of a prescriber's certification and delegates."""

from django.urls import path

from prescribers import views

app_name = "prescribers"
urlpatterns = [
    path("certify/", views.certify, name="certify"),
    path("certify/you/", views.certify_identity, name="certify-identity"),
    path("certify/materials/<slug:material>/", views.certify_material, name="certify-material"),
    path("certify/sign/", views.certify_sign, name="certify-sign"),
    path("delegates/", views.delegates, name="delegates"),
    path("delegates/<int:pk>/end/", views.delegate_end, name="delegate-end"),
]
