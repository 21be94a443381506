"""Collect a payment: the intent is committed, then the provider is asked, then the answer kept."""

from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.ids import new_id
from marketplace.payments.appointments import look_soon
from marketplace.payments.errors import (
    AttemptEnded,
    IdempotencyKeyReused,
    PaymentAlreadyPaid,
    PaymentOutcomeUnknown,
    PaymentRefused,
)
from marketplace.payments.models import OPEN_ATTEMPT_STATUSES, AttemptStatus, PaymentAttempt
from marketplace.payments.policies import check_may_pay, check_payable
from marketplace.payments.providers.factory import choose_provider
from marketplace.payments.repositories.payments import lock_payment, snapshot_of
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.services._asking import ABANDONED_AFTER_SECONDS
from marketplace.payments.services.ask_provider import ask_provider
from marketplace.payments.snapshots import PaymentStart
from marketplace.payments.streams import facts


def start_payment(
    *,
    payment_id: UUID,
    actor: Actor,
    method: str,
    provider: str | None = None,
    idempotency_key: str,
    return_url: str,
    country: str = "",
) -> PaymentStart:
    """Begin (or go on with) an attempt to pay; the buyer is sent to ``next_action``'s address.

    It opens its own transactions and must not be called inside one, because the provider is
    called in between. The same key again gives the same answer. While an attempt is open, another
    key gives that attempt's address: nobody pays twice in two windows. After a definite decline a
    new key starts a new attempt, which the provider sees under a new reference. ``country`` is
    the buyer's (ISO 3166 alpha-2, "" if unknown): it takes part in the choice of a provider.

    Raises :class:`NotFound` (anyone but the buyer), :class:`PaymentAlreadyPaid`,
    :class:`PaymentVoided`, :class:`PaymentMethodUnavailable`, :class:`IdempotencyKeyReused`,
    :class:`AttemptEnded`, :class:`PaymentRefused`, :class:`PaymentOutcomeUnknown`.
    """
    forbid_transaction("starting a payment")
    attempt = _intend(
        payment_id=payment_id,
        actor=actor,
        method=method,
        provider=provider,
        client_key=idempotency_key,
        return_url=return_url,
        country=country,
    )
    if attempt.status == AttemptStatus.REDIRECTED and attempt.client_key != idempotency_key:
        look_soon(attempt)  # the buyer is back from the page; its webhook may be lost
    if attempt.status in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        ask_provider(attempt)
        attempt = PaymentAttempt.objects.select_related("payment").get(id=attempt.id)
    return _answer(attempt)


@opens_transaction
def _intend(
    *,
    payment_id: UUID,
    actor: Actor,
    method: str,
    provider: str | None,
    client_key: str,
    return_url: str,
    country: str,
) -> PaymentAttempt:
    """The attempt to go on with: the one of this key, the open one, or a new one."""
    payment = lock_payment(payment_id)
    check_may_pay(payment, actor)
    attempts = list(payment.attempts.all())
    for attempt in attempts:
        if attempt.client_key == client_key:
            if (attempt.method, attempt.return_url) != (method, return_url):
                raise IdempotencyKeyReused
            return attempt
    check_payable(payment)
    for attempt in attempts:
        if attempt.status in OPEN_ATTEMPT_STATUSES:
            return attempt
        if attempt.status == AttemptStatus.CAPTURED:
            # Collected, and about to be held: a new attempt would collect a second time.
            raise PaymentAlreadyPaid
    started = facts.AttemptStarted(
        attempt_id=new_id(),
        provider=choose_provider(
            method=method, currency=payment.currency, country=country, wanted=provider
        ),
        method=method,
        client_key=client_key,
        return_url=return_url,
    )
    wait = timedelta(seconds=ABANDONED_AFTER_SECONDS)
    attempt = PaymentAttempt(payment=payment, next_check_at=clock.database_now() + wait)
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[started],
        actor=actor,
        new_attempt=attempt,
    )
    return attempt


def _answer(attempt: PaymentAttempt) -> PaymentStart:
    match attempt.status:
        case AttemptStatus.REDIRECTED:
            return PaymentStart(
                payment=snapshot_of(attempt.payment),
                attempt_id=attempt.id,
                next_action={"type": "redirect", "url": attempt.redirect_url},
            )
        case AttemptStatus.CAPTURED:
            raise PaymentAlreadyPaid
        case AttemptStatus.DECLINED if attempt.provider_payment_id is None:
            raise PaymentRefused(f"The provider's reason: {attempt.failure_code}.")
        case AttemptStatus.DECLINED:
            raise AttemptEnded
        case _:
            raise PaymentOutcomeUnknown(retry_after_seconds=2)
