from django.urls import path

from marketplace.logistics.api import views

urlpatterns = [
    path("methods/", views.ShippingMethodListView.as_view(), name="shipping-methods"),
    path("shipments/<uuid:shipment_id>/", views.ShipmentView.as_view(), name="shipment"),
    path("webhooks/<slug:carrier>/", views.CarrierWebhookView.as_view(), name="carrier-webhook"),
]
