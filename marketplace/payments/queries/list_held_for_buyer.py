from uuid import UUID

from django.db.models import F, Sum

from marketplace.core.money import Money
from marketplace.payments.models import EscrowStatus, Payment


def list_held_for_buyer(*, user_id: UUID) -> list[Money]:
    """What of the buyer's payments waits in escrow, per currency. One query, from its own index."""
    rows = Payment.objects.filter(user_id=user_id, escrow_status=EscrowStatus.IN_ESCROW)
    back = F("refunded_minor") + F("charged_back_minor")
    held = Sum(F("captured_minor") - F("released_minor") - back)
    grouped = rows.values("currency").annotate(held=held).order_by("currency")
    return [Money(int(row["held"]), row["currency"]) for row in grouped]
