"""Stripe's SDK as we run it: over our own connections, without retries, telemetry or logs.

The SDK builds requests and reads answers; everything that decides what a failure means is here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar

import stripe

from marketplace.payments.providers.http import HttpApi, understand, without_secrets
from marketplace.payments.providers.protocol import (
    NewPayment,
    NewPayout,
    NewRefund,
    ObjectMissing,
    ProviderDeclined,
    ProviderError,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderRejected,
    ProviderUnknown,
    asking,
)

API_VERSION = "2026-10-28.endive"
"""Pinned: an SDK's upgrade must not change what an answer means."""
BASE_URL = "https://api.stripe.com"
DECLINED_CODES = frozenset({"balance_insufficient", "insufficient_funds", "card_declined"})
MAX_KEYS = 3
"""A reference has so many idempotency keys: one that Stripe answered 5xx is spent."""
PAGE, MAX_LOOKED_AT = 100, 10_000

Made = TypeVar("Made", ProviderPayment, ProviderRefund, ProviderPayout)

# It would send durations of our calls and this machine's name.
stripe.enable_telemetry = False


class ReplayedFailure(ProviderUnknown):
    """Stripe repeats its own 5xx for this idempotency key: the key will never give more."""


class KeyUsedOtherwise(ProviderRejected):
    """The idempotency key belongs to a request with other parameters."""


class SdkTransport(stripe.HTTPClient):
    """The SDK's requests over :class:`HttpApi`: our limits, no proxy, not in a transaction."""

    name = "fairhold"

    def __init__(self, *, timeout_seconds: float) -> None:
        super().__init__()
        self._api = HttpApi(base_url="", timeout_seconds=timeout_seconds)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        status, content, answered = self._api.exchange(
            method.upper(), url, headers=headers, content=post_data
        )
        # Before the SDK reads it: of an answer in a strange form it would drop the headers.
        if status >= 500 and answered.get("Idempotent-Replayed") == "true":
            raise ReplayedFailure("Stripe repeats its own failure", code="replayed_failure")
        return content.decode(errors="replace"), status, answered

    def close(self) -> None:
        """The connections live as long as the process."""


def make_client(*, api_key: str, base_url: str, timeout_seconds: float) -> stripe.StripeClient:
    return stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": base_url},
        # A repetition is our decision, after asking (ADR 28).
        max_network_retries=0,
        http_client=SdkTransport(timeout_seconds=timeout_seconds),
    )


@contextmanager
def in_our_words(*, is_write: bool = False) -> Iterator[None]:
    """What the SDK raises within the block becomes one of our kinds of error."""
    try:
        yield
    except stripe.StripeError as error:
        # Not "from error": it carries the whole answer, which is not for logs.
        raise _meaning(error, is_write=is_write) from None


def _meaning(error: stripe.StripeError, *, is_write: bool) -> ProviderError:
    status, code = error.http_status or 0, error.code or ""
    kind = _kind(error, status, code, is_write=is_write)
    # Of an answer in no known form the SDK makes a message that repeats all of it.
    text = error.user_message if error.error else "the answer cannot be understood"
    message = without_secrets(str(text or "no message"))
    return kind(message, code=code or f"stripe_{status}")


def _kind(
    error: stripe.StripeError, status: int, code: str, *, is_write: bool
) -> type[ProviderError]:
    if isinstance(error, stripe.IdempotencyError) and status == HTTPStatus.BAD_REQUEST:
        return KeyUsedOtherwise
    if isinstance(error, stripe.CardError) or code in DECLINED_CODES:
        return ProviderDeclined
    if isinstance(error, stripe.InvalidRequestError):
        # A write that names what is not there did nothing; a question has its answer.
        is_missing = status == HTTPStatus.NOT_FOUND or code == "resource_missing"
        return ObjectMissing if is_missing and not is_write else ProviderRejected
    # A wrong key, no permission, too many at once, a key in use (409), a 5xx, a broken answer:
    # none of them proves that nothing happened, and an operator or time mends them.
    return ProviderUnknown


def every(page: Callable[[Any], Any], params: Mapping[str, Any]) -> Iterator[Any]:
    """Every object of a list; too many to look through is no answer."""
    with in_our_words():
        objects = page(params).auto_paging_iter()
        yield from islice(objects, MAX_LOOKED_AT)
        if next(objects, None) is not None:
            raise ProviderUnknown("too many objects to look through", code="too_many")


def make_once(
    new: NewPayment | NewRefund | NewPayout,
    make: Callable[[Any], Any],
    read: Callable[[Any], Made],
    find: Callable[[str], Made | None],
) -> Made:
    """The object of this reference, made at most once however often this is called."""
    for number in range(1, MAX_KEYS + 1):
        key = new.reference if number == 1 else f"{new.reference}:{number}"
        try:
            with in_our_words(is_write=True):
                made = make({"idempotency_key": key})
            return understand(read, made)
        except (ReplayedFailure, KeyUsedOtherwise) as error:
            with asking():
                found = find(new.reference)
            if found is not None and found.amount == new.amount:
                return found
            if found is not None:
                raise
            if isinstance(error, KeyUsedOtherwise):
                # Something was asked for under this name and cannot be found: not a "no".
                raise ProviderUnknown(str(error), code=error.code) from error
            # The 5xx made nothing, as asking has shown, and its key is spent: the next one.
    raise ProviderUnknown("Stripe fails under every key", code="keys_spent")
