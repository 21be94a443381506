"""Make something of the webhooks that were stored."""

from datetime import timedelta
from operator import attrgetter
from uuid import UUID

import structlog

from marketplace.core import clock
from marketplace.payments.models import (
    PaymentAttempt,
    Payout,
    ProviderWebhook,
    Refund,
    TopUp,
    WebhookState,
)
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import (
    ObjectKind,
    ObjectMissing,
    PaymentOutcome,
    PaymentProvider,
    WebhookNotice,
    asking,
)
from marketplace.payments.repositories.unmatched_chargebacks import is_known_payment
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.services.learn_chargeback import learn_chargeback
from marketplace.payments.services.learn_payment import learn_payment
from marketplace.payments.services.learn_payout import learn_payout
from marketplace.payments.services.learn_refund import learn_refund
from marketplace.payments.services.learn_top_up import learn_top_up

BATCH_SIZE = 50
LEASE_SECONDS = 60
MAX_ATTEMPTS = 12
LONGEST_WAIT_SECONDS = 3600

# One statement whether there is something or not: this is asked twenty times a second.
CLAIM = f"""
    WITH due AS MATERIALIZED (
        SELECT id FROM {ProviderWebhook._meta.db_table}
         WHERE state = '{WebhookState.RECEIVED.value}'
           AND (next_attempt_at IS NULL OR next_attempt_at <= coalesce(%s, statement_timestamp()))
         ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    UPDATE {ProviderWebhook._meta.db_table} AS webhook SET attempts = attempts + 1,
           next_attempt_at = coalesce(%s, statement_timestamp()) + make_interval(secs => %s)
      FROM due WHERE webhook.id = due.id RETURNING webhook.*
"""  # noqa: S608 - Django's documented model API

log = structlog.get_logger(__name__)


def process_webhooks() -> int:
    """Handle one batch of stored webhooks; returns how many were taken.

    A webhook is only a nudge: what it says is asked of the provider, outside any transaction, and
    that answer is recorded. So duplicates, wrong orders and contradictions lead to the provider's
    present state, and a crash in between only means asking once more.
    """
    claimed = _claim()
    for webhook in claimed:
        _handle(webhook)
    return len(claimed)


def _claim() -> list[ProviderWebhook]:
    # Leased and committed before any call: a worker that dies gives its batch back.
    at = clock.frozen_moment()
    rows = ProviderWebhook.objects.raw(CLAIM, [at, BATCH_SIZE, at, LEASE_SECONDS])
    return sorted(rows, key=attrgetter("id"))


def _handle(webhook: ProviderWebhook) -> None:
    try:
        outcome = _learn(webhook)
    except Exception as error:  # noqa: BLE001 - whatever it is, the webhook must be tried again
        _postpone(webhook, error)
        return
    state = WebhookState.PROCESSED if outcome else WebhookState.IGNORED
    ProviderWebhook.objects.filter(id=webhook.id).update(
        state=state, outcome=outcome, processed_at=clock.now(), last_error="", next_attempt_at=None
    )


def _learn(webhook: ProviderWebhook) -> str:
    """Ask the provider about the webhook's object and record the answer."""
    provider = get_provider(webhook.provider)
    return learn_object(provider, provider.parse_webhook(bytes(webhook.raw_body)))


def learn_object(provider: PaymentProvider, notice: WebhookNotice) -> str:
    """Ask the provider about an object and record the answer; returns what was done, if anything.

    For whoever has heard of the object: a webhook, or a line of the provider's report.
    """
    try:
        match notice.kind:
            case ObjectKind.PAYMENT:
                return _learn_payment(provider, notice.object_id)
            case ObjectKind.REFUND:
                return _learn_refund(provider, notice.object_id)
            case ObjectKind.PAYOUT:
                return _learn_payout(provider, notice.object_id)
            case ObjectKind.CHARGEBACK:
                claim = provider.fetch_chargeback(notice.object_id)
                _learn_what_it_took(provider, claim.provider_payment_id)
                return learn_chargeback(provider=provider, observed=claim)
    except ObjectMissing:
        log.warning("webhook_without_object", object_id=notice.object_id, type=notice.type)
    return ""


def _learn_what_it_took(provider: PaymentProvider, provider_payment_id: str) -> None:
    """The payment first: a chargeback can overtake our record of it, and would be nobody's."""
    if not provider_payment_id or is_known_payment(provider.name, provider_payment_id):
        return
    try:
        with asking():
            _learn_payment(provider, provider_payment_id)
    except ObjectMissing:
        log.warning("chargeback_without_payment", object_id=provider_payment_id)


def _learn_payment(provider: PaymentProvider, object_id: str) -> str:
    observed = provider.fetch_payment(object_id)
    attempt_id = _as_id(observed.reference)
    # By reference: the intent was committed before the provider heard of it, so it is there even
    # when the webhook overtakes our own record of the provider's id.
    if attempt_id and PaymentAttempt.objects.filter(id=attempt_id).exists():
        return learn_payment(provider=provider, attempt_id=attempt_id, observed=observed)
    if attempt_id and TopUp.objects.filter(id=attempt_id).exists():
        return learn_top_up(provider=provider, top_up_id=attempt_id, observed=observed)
    if observed.outcome is PaymentOutcome.CAPTURED:
        return book_unmatched_capture(provider=provider.name, observed=observed)
    return ""


def _learn_refund(provider: PaymentProvider, object_id: str) -> str:
    observed = provider.fetch_refund(object_id)
    refund_id = _as_id(observed.reference)
    if refund_id and Refund.objects.filter(id=refund_id).exists():
        return learn_refund(provider=provider, refund_id=refund_id, observed=observed)
    return ""


def _learn_payout(provider: PaymentProvider, object_id: str) -> str:
    observed = provider.fetch_payout(object_id)
    payout_id = _as_id(observed.reference)
    if payout_id and Payout.objects.filter(id=payout_id).exists():
        return learn_payout(provider=provider, payout_id=payout_id, observed=observed)
    return ""


def _as_id(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None


def _postpone(webhook: ProviderWebhook, error: Exception) -> None:
    attempts = webhook.attempts
    failed = attempts >= MAX_ATTEMPTS
    wait_seconds = min(2 ** (attempts - 1), LONGEST_WAIT_SECONDS)
    log.error(
        "webhook_not_processed",
        webhook_id=webhook.id,
        type=webhook.type,
        attempts=attempts,
        error=f"{type(error).__name__}: {error}",
    )
    ProviderWebhook.objects.filter(id=webhook.id).update(
        state=WebhookState.FAILED if failed else WebhookState.RECEIVED,
        last_error=f"{type(error).__name__}: {error}"[:1000],
        next_attempt_at=clock.database_now() + timedelta(seconds=wait_seconds),
    )
