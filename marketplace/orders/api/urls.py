from django.urls import path

from marketplace.orders.api import dashboard_view, ending_views, views

urlpatterns = [
    path("", views.OrderListView.as_view(), name="orders"),
    path("dashboard/", dashboard_view.DashboardView.as_view(), name="orders-dashboard"),
    path("<uuid:order_id>/", views.OrderView.as_view(), name="order"),
    path("<uuid:order_id>/timeline/", views.TimelineView.as_view(), name="order-timeline"),
    path("<uuid:order_id>/pay/", views.PayView.as_view(), name="order-pay"),
    path("<uuid:order_id>/accept/", views.AcceptView.as_view(), name="order-accept"),
    path("<uuid:order_id>/ship/", views.ShipView.as_view(), name="order-ship"),
    path("<uuid:order_id>/deliver/", views.DeliverView.as_view(), name="order-deliver"),
    path("<uuid:order_id>/confirm/", views.ConfirmView.as_view(), name="order-confirm"),
    path("<uuid:order_id>/cancel/", ending_views.CancelView.as_view(), name="order-cancel"),
    path("<uuid:order_id>/refund/", ending_views.RefundView.as_view(), name="order-refund"),
    path(
        "<uuid:order_id>/request-cancellation/",
        ending_views.RequestCancellationView.as_view(),
        name="order-request-cancellation",
    ),
    path(
        "<uuid:order_id>/decline-cancellation/",
        ending_views.DeclineCancellationView.as_view(),
        name="order-decline-cancellation",
    ),
    path(
        "<uuid:order_id>/extend-ship-by/",
        views.ExtendShipByView.as_view(),
        name="order-extend-ship-by",
    ),
]
