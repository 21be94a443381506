from django.urls import path

from marketplace.core.api.audit import AuditEntryView, AuditLogView

urlpatterns = [
    path("", AuditLogView.as_view(), name="audit-log"),
    path("<uuid:entry_id>/", AuditEntryView.as_view(), name="audit-entry"),
]
