"""The addresses of the library, and of the Patient Guide that is open to everybody."""

from django.urls import path

from rems_portal.materials import views

app_name = "materials"
urlpatterns = [
    path("guide/", views.guide, {"language": "en"}, name="guide-en"),
    path("guide/patient-guide.pdf", views.guide_pdf, {"language": "en"}, name="guide-en-pdf"),
    path("guide/es/", views.guide, {"language": "es"}, name="guide-es"),
    path("guide/es/guia-del-paciente.pdf", views.guide_pdf, {"language": "es"}, name="guide-es-pdf"),
    path("materials/", views.library, name="library"),
    path("materials/register/", views.register, name="register"),
    path("materials/<slug:material>/<slug:language>/", views.material, name="material"),
    path("materials/<slug:material>/<slug:language>/pdf/", views.material_pdf, name="material-pdf"),
]
