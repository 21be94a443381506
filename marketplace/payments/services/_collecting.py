"""How money is collected through a provider: the same for an order's attempt and for a top-up."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import models, transaction
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.appointments import POLL_SECONDS, look_again, no_more
from marketplace.payments.errors import ProviderFeeDiffers
from marketplace.payments.models import (
    OPEN_ATTEMPT_STATUSES,
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
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.streams import facts

ABANDONED_AFTER_SECONDS = 30
"""An intent without an outcome for so long was left by a process that died."""
FORGOTTEN_AFTER_HOURS = 48
"""No provider's page lives so long (PayPal: 3 hours, Flutterwave: 24): one that the provider does
not know by then was never paid."""
NOT_COLLECTED = "not_collected"
NOTHING_NEW = "nothing new"

log = structlog.get_logger(__name__)


class Collection(ABC):
    """One locked try to collect money; its id is the reference and the key the provider sees."""

    row: PaymentAttempt | TopUp
    payment_id: UUID | None = None
    """The order's payment, beside whose journals the provider's fee stands."""

    @abstractmethod
    def append(self, fact: facts.Fact) -> None:
        """Record the fact in the stream that the row belongs to."""

    @abstractmethod
    def captured(self, confirmed: facts.CaptureConfirmed) -> None:
        """What follows from the money, once, in this transaction."""

    @abstractmethod
    def declined(self, declined: facts.AttemptDeclined) -> None:
        """Publish that nothing comes of it."""


@needs_transaction
def observe(collection: Collection, observed: ProviderPayment) -> str:
    """Bring it up to what the provider says now; returns what changed, in a few words.

    States only move forward. A capture counts whatever we believed before, also after a decline,
    because it is money; nothing takes a capture back. What is known already changes nothing.
    """
    status = collection.row.status
    if observed.outcome is PaymentOutcome.CAPTURED:
        _book_fee(collection, observed)
    match observed.outcome:
        case PaymentOutcome.CAPTURED if status != AttemptStatus.CAPTURED:
            return _captured(collection, observed)
        case PaymentOutcome.DECLINED if status in OPEN_ATTEMPT_STATUSES:
            return _declined(collection, observed.id, observed.failure_code or "declined")
        case PaymentOutcome.OPEN | PaymentOutcome.APPROVED if status in OPEN_ATTEMPT_STATUSES:
            return _waiting(collection, observed)
    return NOTHING_NEW


@needs_transaction
def refuse(collection: Collection, code: str) -> str:
    """The provider refused the request itself: definite, and nothing was collected."""
    if collection.row.status not in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        return NOTHING_NEW
    return _declined(collection, None, code or "refused")


@needs_transaction
def leave_unknown(collection: Collection, error: str) -> None:
    """No answer: the repair job will ask."""
    row = collection.row
    if row.status == AttemptStatus.STARTED:
        collection.append(facts.AttemptOutcomeUnknown(attempt_id=row.id))
    if row.status == AttemptStatus.UNKNOWN:
        look_again(row, error=error)


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


def _captured(collection: Collection, observed: ProviderPayment) -> str:
    confirmed = facts.CaptureConfirmed(
        attempt_id=collection.row.id,
        provider_payment_id=observed.id,
        amount_minor=observed.amount.amount_minor,
        currency=observed.amount.currency,
        details=dict(observed.details),
    )
    collection.append(confirmed)
    no_more(collection.row)
    collection.captured(confirmed)
    return "captured"


def _declined(collection: Collection, provider_payment_id: str | None, code: str) -> str:
    declined = facts.AttemptDeclined(
        attempt_id=collection.row.id, provider_payment_id=provider_payment_id, code=code[:100]
    )
    collection.append(declined)
    no_more(collection.row)
    collection.declined(declined)
    return "declined"


def _waiting(collection: Collection, observed: ProviderPayment) -> str:
    row = collection.row
    is_news = row.status != AttemptStatus.REDIRECTED
    if is_news:
        redirected = facts.AttemptRedirected(
            attempt_id=row.id,
            provider_payment_id=observed.id,
            redirect_url=observed.redirect_url,
        )
        collection.append(redirected)
        row.checks = 0
    # The webhook should tell; where it is lost, the repair job asks.
    look_again(row, first_seconds=POLL_SECONDS)
    return "waits for the buyer" if is_news else NOTHING_NEW


def _book_fee(collection: Collection, observed: ProviderPayment) -> None:
    """What the provider kept; it may say so only in a later answer than the capture's first."""
    if observed.fee is None or not observed.fee.is_positive:
        return
    try:
        book_provider_fee(
            provider=collection.row.provider,
            provider_payment_id=observed.id,
            payment_id=collection.payment_id,
            amount=observed.fee,
        )
    except ProviderFeeDiffers as difference:
        # The capture counts all the same; reconciliation shows the difference as an open item.
        log.warning("provider_fee_differs", detail=difference.detail)
