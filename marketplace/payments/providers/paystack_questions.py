"""Questions to Paystack, and what its refusals mean."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from marketplace.payments.providers.http import Failure, FailureRules, HttpApi, understand
from marketplace.payments.providers.paystack_objects import page_reference, read_payment
from marketplace.payments.providers.protocol import (
    NewRefund,
    ObjectMissing,
    PaymentOutcome,
    ProviderDeclined,
    ProviderError,
    ProviderPayment,
    ProviderRejected,
    ProviderUnknown,
    asking,
)

MAX_PAGES_OF_A_PAYMENT = 5
PAGE, MAX_LOOKED_AT = 100, 5_000


class DuplicateReference(ProviderUnknown):
    """This reference was taken by an earlier request of ours."""


def _judge(failure: Failure) -> type[ProviderError] | None:
    if failure.status >= 500:
        return None
    text = f"{failure.code} {failure.message}".lower().replace("_", " ")
    if "invalid key" in text:
        return ProviderUnknown  # an operator mends it; it is answered 400 or 401
    if "duplicate" in text or ("reference" in text and "already" in text):
        return DuplicateReference
    if "not found" in text:
        return ObjectMissing
    if "insufficient" in text or "balance is not enough" in text:
        return ProviderDeclined
    return None


RULES = FailureRules(
    read=lambda body: (str(body.get("code") or ""), str(body.get("message") or "")),
    judge=_judge,
    is_success=lambda body: isinstance(body, dict) and body.get("status") is True,
)


def pages_of(api: HttpApi, reference: str) -> Iterator[tuple[str, ProviderPayment]]:
    for number in range(1, MAX_PAGES_OF_A_PAYMENT + 1):
        name = page_reference(reference, number)
        try:
            yield name, understand(read_payment, verify(api, name))
        except ObjectMissing:
            return


def verify(api: HttpApi, reference: str) -> Any:
    return api.get(f"/transaction/verify/{quote(reference, safe='')}")["data"]


def paid_page(api: HttpApi, new: NewRefund) -> Any:
    """The transaction that was paid, with Paystack's own id for it."""
    with asking():
        for number in range(1, MAX_PAGES_OF_A_PAYMENT + 1):
            try:
                page = verify(api, page_reference(new.provider_payment_id, number))
            except ObjectMissing:
                break
            if understand(read_payment, page).outcome is PaymentOutcome.CAPTURED:
                if page["currency"] != new.amount.currency:
                    break
                return page
    raise ProviderRejected("nothing was captured in this currency", code="not_captured")


def refunds(api: HttpApi, wanted: Mapping[str, str]) -> Iterator[Any]:
    """Every refund that fits; too many to look through is no answer."""
    for number in count(1):
        params = {**wanted, "perPage": str(PAGE), "page": str(number)}
        answer = api.get("/refund", params=params)
        found = understand(lambda body: list(body["data"]), answer)
        yield from found
        if len(found) < PAGE:
            return
        if number * PAGE >= MAX_LOOKED_AT:
            raise ProviderUnknown("too many refunds to look through", code="too_many")
