from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.appointments import claim_due
from marketplace.payments.models import TopUp
from marketplace.payments.services._asking import settle
from marketplace.payments.services.learn_top_up import learn_top_up
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed
from marketplace.payments.services.top_up_wallet import ask_for_top_up


def settle_unknown_top_ups() -> int:
    """Ask the provider about every top-up whose outcome is due, as about attempts to pay."""
    top_up_ids = claim_due(TopUp)
    for top_up_id in top_up_ids:
        _settle(top_up_id)
    return len(top_up_ids)


def _settle(top_up_id: UUID) -> None:
    top_up = TopUp.objects.get(id=top_up_id)
    settle(
        top_up,
        Money(top_up.amount_minor, top_up.currency),
        ask=lambda: ask_for_top_up(top_up),
        learn=lambda provider, observed: learn_top_up(
            provider=provider, top_up_id=top_up_id, observed=observed
        ),
        observed=lambda seen: record_top_up_observed(top_up_id=top_up_id, observed=seen),
    )
