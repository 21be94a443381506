from datetime import datetime

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.core.money import Money
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

    For providers without a report, or ahead of it: the report's own line changes nothing then.
    Returns whether it was booked just now. Raises :class:`Forbidden`, :class:`NotFound` for an
    unknown provider, :class:`ReasonMissing`, and what :func:`record_settlement` raises.
    """
    if not actor.is_admin:
        raise Forbidden
    if provider not in enabled_providers():
        raise NotFound("payment provider")
    if not reason.strip():
        raise ReasonMissing
    if occurred_at > clock.database_now():
        raise InvalidInput("It has not happened yet.", fields={"occurred_at": ["In the future."]})
    return record_settlement(
        provider=provider,
        settlement_id=settlement_id.strip(),
        amount=amount,
        occurred_at=occurred_at,
        actor=actor,
        note=reason.strip()[:1000],
    )
