from django.urls import include, path

from marketplace.users.api import (
    consent_views,
    erasure_views,
    export_views,
    profile_views,
    views,
)
from marketplace.users.verification.api.views import ServiceCallView

urlpatterns = [
    path("me/consents/", consent_views.ConsentsView.as_view(), name="users-me-consents"),
    path(
        "policy-documents/",
        consent_views.PolicyDocumentsView.as_view(),
        name="users-policy-documents",
    ),
    path("me/exports/", export_views.ExportsView.as_view(), name="users-me-exports"),
    path("me/exports/<uuid:export_id>/", export_views.ExportView.as_view(), name="users-me-export"),
    path(
        "me/exports/<uuid:export_id>/file/",
        export_views.ExportFileView.as_view(),
        name="users-me-export-file",
    ),
    path("me/erasure/", erasure_views.ErasureView.as_view(), name="users-me-erasure"),
    path("me/", views.MeView.as_view(), name="users-me"),
    path("me/profile/", views.MyProfileView.as_view(), name="users-me-profile"),
    path("me/avatar/", profile_views.AvatarView.as_view(), name="users-me-avatar"),
    path("me/addresses/", profile_views.AddressesView.as_view(), name="users-me-addresses"),
    path(
        "me/addresses/<uuid:address_id>/",
        profile_views.AddressView.as_view(),
        name="users-me-address",
    ),
    path("me/become-seller/", views.BecomeSellerView.as_view(), name="users-me-become-seller"),
    path(
        "verification-calls/<slug:service>/",
        ServiceCallView.as_view(),
        name="verification-service-call",
    ),
    path("me/verification/", include("marketplace.users.verification.api.urls")),
    path("<uuid:user_id>/", views.PublicCardView.as_view(), name="users-card"),
]
