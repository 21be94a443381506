"""A person's limits on withdrawals and their use, for the page of their verification."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from marketplace.core import clock
from marketplace.core.level_scope import LADDER, lifted_by
from marketplace.payments.models import PayoutPolicy, Wallet
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.payments.repositories.payout_limits import LimitUse, read_limit_use
from marketplace.payments.repositories.payout_policies import terms_of_level
from marketplace.users.queries import LevelLimit

LIMITS = (
    ("maximum_minor", "withdrawal", ""),
    ("day_limit_minor", "withdrawn", "day"),
    ("month_limit_minor", "withdrawn", "month"),
)


def list_payout_limits(user_id: UUID, level: str) -> Sequence[LevelLimit]:
    """In each currency that limits withdrawals. One query of policies, one of wallets, and one for
    each wallet in use."""
    policies = list(PayoutPolicy.objects.all())
    wallets = {wallet.currency: wallet for wallet in Wallet.objects.filter(user_id=user_id)}
    at = clock.database_now()
    limits = []
    for currency in sorted({policy.currency for policy in policies if policy.currency}):
        terms = {step: terms_of_level(policies, level=step, currency=currency) for step in LADDER}
        if all(getattr(terms[level], column) is None for column, _, _ in LIMITS):
            continue
        wallet = wallets.get(currency)
        used = read_limit_use(wallet_id=wallet.id, at=at) if wallet else LimitUse(0, 0)
        for column, name, period in LIMITS:
            limit = getattr(terms[level], column)
            limits.append(
                LevelLimit(
                    name=name,
                    period=period,
                    currency=currency,
                    limit=limit,
                    used={"day": used.day_minor, "month": used.month_minor}.get(period, 0),
                    lifted_by=lifted_by(level, partial(_limit_at, terms, column)),
                )
            )
    return limits


def _limit_at(terms: Mapping[str, PayoutTerms], column: str, level: str) -> int | None:
    limit: int | None = getattr(terms[level], column)
    return limit
