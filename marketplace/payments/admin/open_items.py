"""What waits for an operator, for the desk on the admin's front page."""

from marketplace.core.open_items import Queue, register_queue
from marketplace.payments.models import (
    Chargeback,
    PaymentReview,
    Payout,
    ProviderWebhook,
    RiskFinding,
)

register_queue(
    Queue(
        "Payments to review",
        PaymentReview.objects.filter(status="OPEN").count,
        "/admin/payments/paymentreview/?status__exact=OPEN",
        is_alarming=True,
    )
)
register_queue(
    Queue(
        "Webhooks given up",
        ProviderWebhook.objects.filter(state="FAILED").count,
        "/admin/payments/providerwebhook/?state__exact=FAILED",
        is_alarming=True,
    )
)
register_queue(
    Queue(
        "Payouts on their way",
        Payout.objects.filter(status__in=("REQUESTED", "UNKNOWN", "SENT")).count,
        "/admin/payments/payout/",
    )
)
register_queue(
    Queue(
        "Payouts to approve",
        Payout.objects.filter(awaits_approval=True).count,
        "/admin/payments/payout/?awaits_approval__exact=1",
    )
)
register_queue(
    Queue(
        "Chargebacks to answer",
        Chargeback.objects.filter(status="OPEN").count,
        "/admin/payments/chargeback/?status__exact=OPEN",
    )
)
register_queue(
    Queue(
        "Sales to look at",
        RiskFinding.objects.filter(status="OPEN").count,
        "/admin/payments/riskfinding/?status__exact=OPEN",
    )
)
