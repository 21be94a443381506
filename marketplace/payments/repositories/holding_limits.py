"""By when collected money must be paid on."""

from datetime import datetime, timedelta

from django.conf import settings

from marketplace.payments.models import HoldingLimit
from marketplace.payments.providers.protocol import PaymentProvider


def settle_before(provider: PaymentProvider, *, currency: str, captured_at: datetime) -> datetime:
    """The provider's limit on holding money captured at that moment.

    The most specific rule counts; without one, the adapter's own figure.
    """
    country = settings.PLATFORM_COUNTRY
    rules = HoldingLimit.objects.filter(
        provider=provider.name, country__in=("", country), currency__in=("", currency)
    )
    days = [
        rule.days
        for rule in sorted(rules, key=lambda rule: (bool(rule.country), bool(rule.currency)))
    ]
    return captured_at + timedelta(days=days[-1] if days else provider.holding_limit_days)
