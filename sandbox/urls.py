"""Every address of the sandbox."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from sandbox.api.errors import ApiError
from sandbox.api.http import json_response
from sandbox.behaviour import views as behaviour
from sandbox.carrier import views as carrier
from sandbox.pages.home import health, home
from sandbox.pages.pay import pay_page
from sandbox.provider import views as provider
from sandbox.webhooks import views as webhooks

urlpatterns = [
    path("v1/payments", provider.payments),
    path("v1/payments/<str:payment_id>", provider.payment),
    path("v1/payments/<str:payment_id>/cancel", provider.payment_cancel),
    path("v1/refunds", provider.refunds),
    path("v1/refunds/<str:refund_id>", provider.refund),
    path("v1/chargebacks", provider.chargebacks),
    path("v1/chargebacks/<str:chargeback_id>", provider.chargeback),
    path("v1/chargebacks/<str:chargeback_id>/decide", provider.chargeback_decide),
    path("v1/payouts", provider.payouts),
    path("v1/payouts/<str:payout_id>", provider.payout),
    path("v1/balance", provider.balance),
    path("v1/balance/transactions", provider.balance_transactions),
    path("v1/events", webhooks.collection),
    path("v1/events/<str:event_id>", webhooks.item),
    path("v1/events/<str:event_id>/redeliver", webhooks.redeliver),
    path("v1/behaviour", behaviour.collection),
    path("v1/behaviour/<str:behaviour_id>", behaviour.item),
    path("carrier/v1/shipments", carrier.shipments),
    path("carrier/v1/shipments/<str:tracking_number>", carrier.shipment),
    path("carrier/v1/shipments/<str:tracking_number>/events", carrier.shipment_events),
    path("pay/<str:payment_id>", pay_page),
    path("health", health),
    path("", home),
]


def nothing_here(_request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that does not exist, answered like everything else."""
    error = ApiError(404, "not_found", "No such address.")
    return json_response(404, error.body())


handler404 = nothing_here
