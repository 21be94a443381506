"""What is asked of the provider that collects, always outside any transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog
from django.db import models, transaction
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.appointments import POLL_SECONDS, look_again
from marketplace.payments.models import (
    AttemptStatus,
    PaymentAttempt,
    TopUp,
)
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import (
    CapturingProvider,
    NewPayment,
    ObjectMissing,
    PaymentOutcome,
    PaymentProvider,
    ProviderDeclined,
    ProviderError,
    ProviderPayment,
    ProviderRejected,
    ProviderUnknown,
    asking,
)

ABANDONED_AFTER_SECONDS = 30
"""An intent without an outcome for so long was left by a process that died."""
FORGOTTEN_AFTER_HOURS = 25
"""No provider's page lives so long (PayPal: 3 hours, Flutterwave: 24): one that the provider does
not know by then was never paid."""
NOT_COLLECTED = "not_collected"

log = structlog.get_logger(__name__)


def ask_to_collect(
    row: PaymentAttempt | TopUp,
    new: NewPayment,
    *,
    observed: Callable[[ProviderPayment], object],
    refused: Callable[[str], object],
    unknown: Callable[[str], object],
) -> None:
    """Make it known to the provider, outside any transaction, and hand on the answer.

    Safe to repeat: an unknown outcome is asked for by reference first, and the request itself
    carries the row's id as its key.
    """
    provider = get_provider(row.provider)
    try:
        answer = None
        if row.status == AttemptStatus.UNKNOWN:
            with asking():
                answer = provider.find_payment(new.reference)
        if answer is None:
            answer = provider.create_payment(new)
    except (ProviderDeclined, ProviderRejected) as error:
        refused(error.code)
    except ProviderError as error:
        # Perhaps it was made: only the provider knows. Never taken for a failure.
        log.warning("collection_unknown", reference=new.reference, code=error.code)
        unknown(str(error))
    else:
        observed(answer)


def collect_approved(
    provider: PaymentProvider, observed: ProviderPayment, *, is_wanted: Callable[[], bool]
) -> ProviderPayment:
    """Collect what the payer has approved and we still want, outside any transaction.

    The intent to collect is the row, committed before the provider heard of it. Collecting twice
    is collecting once, at the provider, so a webhook, the repair job and a crash between them need
    no order. An unknown outcome is raised: whoever called asks again later. What is no longer
    wanted is left alone: nothing was taken, so there is nothing to give back.
    """
    if observed.outcome is not PaymentOutcome.APPROVED:
        return observed
    if not isinstance(provider, CapturingProvider):
        raise ProviderUnknown("approved, and this provider has no way to collect it")
    if is_wanted():
        return provider.capture_payment(observed.id)
    return replace(observed, outcome=PaymentOutcome.DECLINED, failure_code=NOT_COLLECTED)


def settle(
    row: PaymentAttempt | TopUp,
    amount: Money,
    *,
    ask: Callable[[], None],
    learn: Callable[[PaymentProvider, ProviderPayment], object],
    observed: Callable[[ProviderPayment], object],
) -> None:
    """One turn of the repair job: send or ask for what is unknown, look at what is open."""
    if row.status in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        if row.status == AttemptStatus.STARTED:
            # It was left behind between the commit and the answer: perhaps it was sent.
            row.status = AttemptStatus.UNKNOWN
        ask()
        return
    provider = get_provider(row.provider)
    try:
        learn(provider, provider.fetch_payment(row.provider_payment_id or ""))
    except ProviderError as error:
        if isinstance(error, ObjectMissing) and _is_forgotten(row):
            observed(_expired(row, amount))
            return
        log.warning("collection_not_settled", reference=str(row.id), code=error.code)
        with transaction.atomic():
            rows: QuerySet[models.Model] = QuerySet(type(row))
            locked = rows.select_for_update(no_key=True).get(pk=row.pk)
            look_again(locked, error=str(error), first_seconds=POLL_SECONDS)


def _is_forgotten(row: PaymentAttempt | TopUp) -> bool:
    age = clock.now() - row.created_at
    return row.status == AttemptStatus.REDIRECTED and age > timedelta(hours=FORGOTTEN_AFTER_HOURS)


def _expired(row: PaymentAttempt | TopUp, amount: Money) -> ProviderPayment:
    """They may try again. A capture that comes after all counts, as after any decline."""
    return ProviderPayment(
        id=row.provider_payment_id or "",
        reference=str(row.id),
        outcome=PaymentOutcome.DECLINED,
        amount=amount,
        failure_code="expired",
    )
