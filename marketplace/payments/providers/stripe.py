"""Stripe through its own SDK: hosted Checkout, refunds, transfers to connected accounts.

A payment is a Checkout Session. The reference is its ``client_reference_id``, the
``transfer_group`` of its charge and the idempotency key. Stripe forgets a key after a day and
repeats a 5xx under it for as long, so an unknown outcome is asked for by listing (ADR 57).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.providers.http import understand
from marketplace.payments.providers.protocol import (
    BadSignature,
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectMissing,
    ProviderChargeback,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderRejected,
    ReportPage,
    WebhookNotice,
)
from marketplace.payments.providers.signatures import verify_timestamped_hmac
from marketplace.payments.providers.stripe_objects import (
    read_chargeback,
    read_event,
    read_payment,
    read_payout,
    read_refund,
    to_stripe,
)
from marketplace.payments.providers.stripe_report import read_balances, read_report
from marketplace.payments.providers.stripe_sdk import (
    BASE_URL,
    PAGE,
    every,
    in_our_words,
    make_client,
    make_once,
)

SIGNATURE_HEADER = "Stripe-Signature"
STRIPE_ACCOUNT = "STRIPE_ACCOUNT"

# A session is made when its reference is, or soon after; the clocks may differ. Looked at first
# where it almost always is. Whoever never got its address cannot pay a later one.
SESSION_WINDOWS = (
    (timedelta(minutes=-5), timedelta(hours=1)),
    (timedelta(hours=1), timedelta(hours=25)),
)
SESSION_PARTS = ["payment_intent.latest_charge.balance_transaction"]


class StripeProvider:
    name = "stripe"

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secrets: Sequence[str],
        holding_limit_days: int,
        timeout_seconds: float,
        base_url: str = BASE_URL,
    ) -> None:
        self.holding_limit_days = holding_limit_days
        self._webhook_secrets = webhook_secrets
        self._api = make_client(
            api_key=api_key, base_url=base_url, timeout_seconds=timeout_seconds
        ).v1

    def create_payment(self, new: NewPayment) -> ProviderPayment:
        notes = {**new.metadata, "reference": new.reference}
        price = {
            "currency": new.amount.currency.lower(),
            "unit_amount": to_stripe(new.amount),
            "product_data": {"name": new.description or "Order"},
        }
        params: Any = {
            "mode": "payment",
            "client_reference_id": new.reference,
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": new.return_url,
            "cancel_url": new.return_url,
            "metadata": notes,
            "payment_intent_data": {
                "transfer_group": new.reference,
                "description": new.description,
                "metadata": notes,
            },
            "expand": SESSION_PARTS,
        }
        make = partial(self._api.checkout.sessions.create, params)
        return make_once(new, make, read_payment, self.find_payment)

    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment:
        return understand(read_payment, self._session(provider_payment_id))

    def find_payment(self, reference: str) -> ProviderPayment | None:
        """A paid one by its charge's group, exactly; an unpaid one among the day's sessions."""
        with in_our_words():
            charges = self._api.charges.list({"transfer_group": reference, "limit": 1}).data
        for charge in charges:
            return self.fetch_payment(self._session_id_of(str(charge.payment_intent)))
        for window in SESSION_WINDOWS:
            created = _created(reference, *window)
            params: Any = {"created": created, "limit": PAGE}
            for session in every(self._api.checkout.sessions.list, params):
                if session.client_reference_id == reference:
                    return self.fetch_payment(session.id)
        return None

    def refund(self, new: NewRefund) -> ProviderRefund:
        try:
            session = self._session(new.provider_payment_id)
        except ObjectMissing as error:
            raise ProviderRejected(str(error), code=error.code) from error
        if session.payment_intent is None or session.payment_status != "paid":
            raise ProviderRejected("nothing was captured", code="payment_not_captured")
        # Stripe refunds in the payment's currency, whatever we meant.
        if session.currency.upper() != new.amount.currency:
            raise ProviderRejected("another currency was captured", code="currency_mismatch")
        params: Any = {
            "payment_intent": session.payment_intent.id,
            "amount": to_stripe(new.amount),
            "metadata": {"reference": new.reference},
        }
        return make_once(
            new, partial(self._api.refunds.create, params), read_refund, self.find_refund
        )

    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund:
        with in_our_words():
            refund = self._api.refunds.retrieve(provider_refund_id)
        return understand(read_refund, refund)

    def find_refund(self, reference: str) -> ProviderRefund | None:
        """Among the refunds since the reference was made: Stripe has no other way."""
        since = _created(reference, SESSION_WINDOWS[0][0])
        for refund in every(self._api.refunds.list, {"created": since, "limit": PAGE}):
            if getattr(refund.metadata, "reference", None) == reference:
                return understand(read_refund, refund)
        return None

    def pay_out(self, new: NewPayout) -> ProviderPayout:
        """A transfer to the seller's connected account, from which Stripe pays its bank."""
        if new.destination.number_kind != STRIPE_ACCOUNT:
            raise ProviderRejected(
                "Stripe pays out to connected accounts (acct_…) only, not to a bank account",
                code="destination_not_supported",
            )
        params: Any = {
            "amount": to_stripe(new.amount),
            "currency": new.amount.currency.lower(),
            "destination": new.destination.number,
            "transfer_group": new.reference,
            "metadata": {"reference": new.reference},
        }
        return make_once(
            new, partial(self._api.transfers.create, params), read_payout, self.find_payout
        )

    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout:
        with in_our_words():
            transfer = self._api.transfers.retrieve(provider_payout_id)
        return understand(read_payout, transfer)

    def find_payout(self, reference: str) -> ProviderPayout | None:
        with in_our_words():
            found = self._api.transfers.list({"transfer_group": reference, "limit": 1}).data
        return understand(read_payout, found[0]) if found else None

    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback:
        with in_our_words():
            dispute = self._api.disputes.retrieve(provider_chargeback_id)
        payment_id = self._session_id_of(str(dispute.payment_intent))
        return understand(lambda found: read_chargeback(found, payment_id), dispute)

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        header = headers.get(SIGNATURE_HEADER, "")
        if not header:
            raise BadSignature("the signature header is missing or malformed")
        verify_timestamped_hmac(body, header, self._webhook_secrets)

    def parse_webhook(self, body: bytes) -> WebhookNotice:
        return read_event(body)

    def read_balances(self) -> Sequence[Money]:
        return read_balances(self._api)

    def read_report(self, after: str) -> ReportPage:
        return read_report(self._api, after)

    def _session(self, session_id: str) -> Any:
        with in_our_words():
            return self._api.checkout.sessions.retrieve(session_id, {"expand": SESSION_PARTS})

    def _session_id_of(self, payment_intent_id: str) -> str:
        with in_our_words():
            found = self._api.checkout.sessions.list({"payment_intent": payment_intent_id}).data
        if not found:
            raise ObjectMissing("that payment was not made through Checkout")
        return str(found[0].id)


def _created(reference: str, start: timedelta, end: timedelta | None = None) -> Any:
    """The window of time around the making of a reference, which is a UUIDv7."""
    made_at = _made_at(reference)
    since = {"gte": max(0, int(made_at + start.total_seconds()))}
    return since if end is None else {**since, "lt": int(made_at + end.total_seconds())}


def _made_at(reference: str) -> float:
    try:
        return (UUID(reference).int >> 80) / 1000
    except ValueError as error:
        raise ProviderRejected("the reference is not ours", code="bad_reference") from error
