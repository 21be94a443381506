"""A person's limits on withdrawals and their use, for the page of their verification."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.core import clock
from marketplace.payments.models import PayoutPolicy, Wallet
from marketplace.payments.repositories.payout_limits import LimitUse, read_limit_use
from marketplace.payments.repositories.payout_policies import terms_of_level
from marketplace.users.queries import LevelLimit

LADDER = ("T0", "T1", "T2", "T3")
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
                    lifted_by=_lifted_by(
                        level, limit, {s: getattr(terms[s], column) for s in LADDER}
                    ),
                )
            )
    return limits


def _lifted_by(level: str, limit: int | None, by_level: dict[str, int | None]) -> str | None:
    if limit is None:
        return None
    for above in LADDER[LADDER.index(level) + 1 :]:
        higher = by_level[above]
        if higher is None or higher > limit:
            return above
    return None
