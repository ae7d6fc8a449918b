"""The addresses behind patients’ links (survey, signature) and of pregnancy reports."""

from django.urls import path

from authorizations.views import patient_signing, patient_survey, pregnancy_report

urlpatterns = [
    path("s/<str:secret>/", patient_survey.start, name="patient-survey"),
    path("s/<str:secret>/<int:place>/", patient_survey.question, name="survey-question"),
    path("s/<str:secret>/check/", patient_survey.check, name="survey-check"),
    path("s/<str:secret>/sent/", patient_survey.sent, name="survey-sent"),
    path("s/<str:secret>/copy.pdf", patient_survey.copy, name="survey-copy"),
    path("s/<str:secret>/report/", pregnancy_report.report_by_link, name="survey-report"),
    path("a/<str:secret>/", patient_signing.start, name="sign"),
    path("a/<str:secret>/form/", patient_signing.form_page, name="signing-form"),
    path("a/<str:secret>/done/", patient_signing.done, name="signing-done"),
    path("a/<str:secret>/copy.pdf", patient_signing.copy, name="signing-copy"),
    path("report/", pregnancy_report.find, name="report-pregnancy"),
    path("report/sent/<uuid:key>/", pregnancy_report.sent, name="report-pregnancy-sent"),
    path("report/<str:number>/", pregnancy_report.report, name="report-pregnancy"),
]
