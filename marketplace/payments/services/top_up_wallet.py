"""Fill a wallet: the intent is committed, then the provider is asked, then the answer kept."""

from datetime import timedelta

from django.db.models import Sum

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    IdempotencyKeyReused,
    PaymentOutcomeUnknown,
    PaymentRefused,
    TopUpDayLimitReached,
    TopUpNotPositive,
    TopUpOutsideLimits,
    WalletInactive,
)
from marketplace.payments.models import AttemptStatus, TopUp, TopUpLimit, Wallet
from marketplace.payments.providers.factory import choose_provider
from marketplace.payments.providers.protocol import NewPayment
from marketplace.payments.repositories.streams import append_to_top_up
from marketplace.payments.repositories.top_ups import top_up_snapshot_of
from marketplace.payments.repositories.wallets import ensure_wallet, lock_wallet
from marketplace.payments.services._asking import ABANDONED_AFTER_SECONDS, ask_to_collect
from marketplace.payments.services.record_top_up_outcome import (
    record_top_up_observed,
    record_top_up_refused,
    record_top_up_unknown,
)
from marketplace.payments.snapshots import TopUpSnapshot
from marketplace.payments.streams import facts
from marketplace.users.queries import check_consents

DAY = timedelta(hours=24)


def top_up_wallet(
    *,
    actor: Actor,
    amount: Money,
    method: str,
    return_url: str,
    idempotency_key: str,
    provider: str | None = None,
) -> TopUpSnapshot:
    """Begin to fill the actor's wallet; the user is sent to ``next_action``'s address.

    It opens its own transactions and must not be called inside one, because the provider is
    called in between. The same key again gives the same top-up, however it stands by then; after
    a decline a new key begins a new one. The wallet has the money when the provider has confirmed
    exactly this amount: late money counts, another amount waits in suspense for an operator.

    Raises :class:`NotFound` (nobody's wallet), :class:`TopUpNotPositive`,
    :class:`TopUpOutsideLimits`, :class:`TopUpDayLimitReached`, :class:`WalletInactive`,
    :class:`PaymentMethodUnavailable`, :class:`IdempotencyKeyReused`, :class:`PaymentRefused`,
    :class:`PaymentOutcomeUnknown`, ``ConsentsOutstanding``.
    """
    forbid_transaction("starting a top-up")
    top_up = _intend(
        actor=actor,
        amount=amount,
        method=method,
        provider=provider,
        client_key=idempotency_key,
        return_url=return_url,
    )
    if top_up.status in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        ask_for_top_up(top_up)
        top_up = TopUp.objects.get(id=top_up.id)
    if top_up.status in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        raise PaymentOutcomeUnknown(retry_after_seconds=2)
    if top_up.status == AttemptStatus.DECLINED and top_up.provider_payment_id is None:
        raise PaymentRefused(f"The provider's reason: {top_up.failure_code}.")
    return top_up_snapshot_of(top_up)


def ask_for_top_up(top_up: TopUp) -> None:
    """Make the top-up known to the provider, outside any transaction, and keep the answer."""
    top_up_id = top_up.id
    ask_to_collect(
        top_up,
        NewPayment(
            reference=str(top_up_id),
            amount=Money(top_up.amount_minor, top_up.currency),
            description="Wallet top-up",
            return_url=top_up.return_url,
            metadata={"top_up_id": str(top_up_id)},
        ),
        observed=lambda seen: record_top_up_observed(top_up_id=top_up_id, observed=seen),
        refused=lambda code: record_top_up_refused(top_up_id=top_up_id, code=code),
        unknown=lambda error: record_top_up_unknown(top_up_id=top_up_id, error=error),
    )


@opens_transaction
def _intend(
    *,
    actor: Actor,
    amount: Money,
    method: str,
    provider: str | None,
    client_key: str,
    return_url: str,
) -> TopUp:
    if actor.user_id is None:
        raise NotFound("wallet")
    if not amount.is_positive:
        raise TopUpNotPositive
    ensure_wallet(user_id=actor.user_id, currency=amount.currency)
    # One intent per wallet at a time: the second sees the first one's key, and counts it.
    wallet = lock_wallet(user_id=actor.user_id, currency=amount.currency)
    first = TopUp.objects.filter(user_id=actor.user_id, client_key=client_key).first()
    if first is not None:
        asked = (amount.amount_minor, amount.currency, method, return_url)
        if (first.amount_minor, first.currency, first.method, first.return_url) != asked:
            raise IdempotencyKeyReused
        return first
    check_consents(user_id=actor.user_id)
    _check(wallet, amount)
    requested = facts.TopUpRequested(
        user_id=actor.user_id,
        wallet_id=wallet.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        provider=choose_provider(method=method, currency=amount.currency, wanted=provider),
        method=method,
        client_key=client_key,
        return_url=return_url,
    )
    appointment = clock.database_now() + timedelta(seconds=ABANDONED_AFTER_SECONDS)
    return append_to_top_up(
        top_up=None,
        top_up_id=new_id(),
        facts_to_add=[requested],
        actor=actor,
        new_top_up=TopUp(next_check_at=appointment),
    )


def _check(wallet: Wallet, amount: Money) -> None:
    if not wallet.is_active:
        raise WalletInactive
    limit = TopUpLimit.objects.filter(currency=amount.currency).first()
    if limit is None:
        return
    if not limit.minimum_minor <= amount.amount_minor <= limit.maximum_minor:
        least = Money(limit.minimum_minor, amount.currency)
        most = Money(limit.maximum_minor, amount.currency)
        raise TopUpOutsideLimits(f"A top-up is of at least {least} and at most {most}.")
    left = Money(limit.per_day_minor - _of_last_day(wallet), amount.currency)
    if amount > left:
        raise TopUpDayLimitReached(
            f"{Money(max(left.amount_minor, 0), amount.currency)} is left for these 24 hours."
        )


def _of_last_day(wallet: Wallet) -> int:
    rows = TopUp.objects.filter(
        user_id=wallet.user_id,
        currency=wallet.currency,
        created_at__gt=clock.database_now() - DAY,
    ).exclude(status=AttemptStatus.DECLINED)
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)
