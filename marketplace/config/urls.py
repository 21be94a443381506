"""Every route of the platform. Services own what is below their prefix (specification §6.1)."""

from django.contrib import admin
from django.urls import include, path

api = [
    path("auth/", include("marketplace.users.api.auth_urls")),
    path("users/", include("marketplace.users.api.urls")),
    path("sellers/", include("marketplace.users.api.seller_urls")),
    path("", include("marketplace.products.api.urls")),
    path("orders/", include("marketplace.orders.api.urls")),
    path("", include("marketplace.payments.api.urls")),
    path("messaging/", include("marketplace.messaging.api.urls")),
    path("shipping/", include("marketplace.logistics.api.urls")),
    path("notifications/", include("marketplace.notifications.api.urls")),
    path("audit-log/", include("marketplace.core.api.audit_urls")),
]

admin.site.index_title = "Desk"

urlpatterns = [
    path("api/v1/", include(api)),
    path("health/", include("marketplace.core.api.health_urls")),
    path("media/", include("marketplace.products.api.media_urls")),
    path("admin/second-factor/", include("marketplace.users.desk_access.urls")),
    path("admin/", admin.site.urls),
    path("dev/outbox/", include("marketplace.notifications.dev_urls")),
    path("", include("marketplace.users.page_urls")),
    path("", include("marketplace.gateway.urls")),
]

handler400 = "marketplace.core.api.problems.bad_request"
handler403 = "marketplace.core.api.problems.permission_denied"
handler404 = "marketplace.core.api.problems.page_not_found"
handler500 = "marketplace.core.api.problems.server_error"
