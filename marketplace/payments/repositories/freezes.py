"""Whether money may leave the platform."""

from marketplace.payments.models import PayoutFreeze


def payouts_frozen() -> bool:
    """Whether nothing may be sent out at present.

    Asked right before each call that sends: one query on an index of at most one row. A call that
    had begun before the freeze committed is not called back; its outcome is recorded as ever.
    """
    return PayoutFreeze.objects.filter(lifted_at__isnull=True).exists()


def find_open_freeze() -> PayoutFreeze | None:
    """The freeze that is open, with who opened it."""
    freezes = PayoutFreeze.objects.select_related("opened_by")
    return freezes.filter(lifted_at__isnull=True).first()
