"""What readiness says of money. None of it is vital: the web goes on serving, buyers go on paying,
and only what leaves the platform waits. An operator must know, a load balancer need not."""

from marketplace.payments.models import PayoutFreeze


def check_payouts() -> str:
    """ "" while payouts go out. Strangers read this: what was found is told in the admin only."""
    opened_at = (
        PayoutFreeze.objects.filter(lifted_at__isnull=True)
        .values_list("opened_at", flat=True)
        .first()
    )
    if opened_at is None:
        return ""
    return (
        f"Payouts are frozen since {opened_at:%Y-%m-%d %H:%M} UTC. "
        "An operator lifts the freeze in the admin, with a reason."
    )
