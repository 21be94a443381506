from django.urls import path

from marketplace.users.verification.api import views

CASE = "cases/<uuid:case_id>/"

urlpatterns = [
    path("", views.OverviewView.as_view(), name="verification"),
    path("cases/", views.CasesView.as_view(), name="verification-cases"),
    path(CASE, views.CaseView.as_view(), name="verification-case"),
    path(f"{CASE}documents/", views.DocumentsView.as_view(), name="verification-documents"),
    path(
        f"{CASE}documents/<uuid:document_id>/",
        views.DocumentView.as_view(),
        name="verification-document",
    ),
    path(
        f"{CASE}start-service/",
        views.StartServiceView.as_view(),
        name="verification-start-service",
    ),
    path(f"{CASE}submit/", views.SubmitView.as_view(), name="verification-submit"),
    path(f"{CASE}withdraw/", views.WithdrawView.as_view(), name="verification-withdraw"),
]
