"""PayPal: Orders, Payments, Payouts, Disputes, Reporting and Webhooks over REST."""

from marketplace.payments.providers.paypal.adapter import PayPalProvider
from marketplace.payments.providers.paypal.api import open_api
from marketplace.payments.providers.paypal.webhooks import (
    AskedWebhooks,
    CertificateWebhooks,
    WebhookCheck,
    check_webhooks,
)

__all__ = [
    "AskedWebhooks",
    "CertificateWebhooks",
    "PayPalProvider",
    "WebhookCheck",
    "check_webhooks",
    "open_api",
]
