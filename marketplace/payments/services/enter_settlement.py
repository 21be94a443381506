from datetime import datetime

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action, subject_id_of
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments.errors import ReasonMissing
from marketplace.payments.providers.factory import enabled_providers
from marketplace.payments.services.record_settlement import record_settlement


@opens_transaction
def enter_settlement(
    *,
    actor: Actor,
    provider: str,
    settlement_id: str,
    amount: Money,
    occurred_at: datetime,
    reason: str,
) -> bool:
    """An operator enters a settlement from the bank's statement, with a reason that stays.

    For providers without a report, or ahead of it: the report's own line changes nothing then. A
    wrong one is taken back first (:func:`reverse_posting`), then entered as it should be.
    Returns whether it was booked just now. Raises :class:`Forbidden`, :class:`NotFound` for an
    unknown provider, :class:`ReasonMissing`, and what :func:`record_settlement` raises.
    """
    require_permission(actor, "payments.enter_settlement")
    if provider not in enabled_providers():
        raise NotFound("payment provider")
    if not reason.strip():
        raise ReasonMissing
    if occurred_at > clock.database_now():
        raise InvalidInput("It has not happened yet.", fields={"occurred_at": ["In the future."]})
    is_new = record_settlement(
        provider=provider,
        settlement_id=settlement_id.strip(),
        amount=amount,
        occurred_at=occurred_at,
        actor=actor,
        note=reason.strip()[:1000],
        again=True,
    )
    if is_new:
        record_action(
            actor=actor,
            action="payments.enter_settlement",
            subject_type="payments.providerreport",
            subject_id=subject_id_of(provider),
            reason=reason,
            before={},
            after={
                "settlement_id": settlement_id.strip(),
                "amount": str(amount),
                "at": occurred_at,
            },
        )
    return is_new
