"""The addresses of the patient survey and of pregnancy reports."""

from django.urls import path

from authorizations.views import patient_survey, pregnancy_report

urlpatterns = [
    path("s/<str:secret>/", patient_survey.start, name="patient-survey"),
    path("s/<str:secret>/<int:place>/", patient_survey.question, name="survey-question"),
    path("s/<str:secret>/check/", patient_survey.check, name="survey-check"),
    path("s/<str:secret>/sent/", patient_survey.sent, name="survey-sent"),
    path("s/<str:secret>/report/", pregnancy_report.report_by_link, name="survey-report"),
    path("report/", pregnancy_report.find, name="report-pregnancy"),
    path("report/sent/<uuid:key>/", pregnancy_report.sent, name="report-pregnancy-sent"),
    path("report/<str:number>/", pregnancy_report.report, name="report-pregnancy"),
]
