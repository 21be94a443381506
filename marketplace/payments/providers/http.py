"""What every adapter that speaks HTTP shares: limits, and what an answer or its absence means.

An adapter says where a failure keeps its code and message, and what it knows better about some of
them (:class:`FailureRules`). The rest is the same for all: no call inside a transaction, no proxy
of the environment, no redirect, one time limit for the whole call, a limit on the answer's size,
and every doubt is :class:`ProviderUnknown`.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
import orjson

from marketplace.core.db import forbid_transaction
from marketplace.payments.providers.protocol import (
    ObjectMissing,
    ProviderDeclined,
    ProviderError,
    ProviderRejected,
    ProviderUnknown,
)

CONNECT_TIMEOUT_SECONDS = 2.0
MAX_CONNECTIONS = 20
MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_MESSAGE_LENGTH = 300
UNKNOWN_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})

# What a provider may repeat of a request: keys, IBANs, card and account numbers.
SECRETS_IN_TEXT = re.compile(
    r"\b(?:[spr]k|whsec|FLWSECK|Bearer)[_ -][\w.-]+|\b[A-Z]{2}\d{2}[A-Z0-9 ]{10,30}"
    r"|\d(?:[ -]?\d){6,}|[^\s@<>]+@[^\s@<>]+"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is not a success. ``code`` and ``message`` are the provider's."""

    status: int
    code: str
    message: str
    body: Any


def _error_member(body: Any) -> tuple[str, str]:
    """``{"error": {"code": …, "message": …}}``, the form that most providers use."""
    failure = body.get("error") if isinstance(body, dict) else None
    if not isinstance(failure, dict):
        return "", ""
    return str(failure.get("code") or ""), str(failure.get("message") or "")


@dataclass(frozen=True)
class FailureRules:
    """What this provider's failures mean, where the statuses alone do not say it.

    ``judge`` is asked first, then ``by_code``, then the status decides. Both may only be as
    certain as the provider's documents are: in doubt the answer is ``ProviderUnknown``.
    """

    read: Callable[[Any], tuple[str, str]] = _error_member
    """Code and message from the JSON of a failure."""
    by_code: Mapping[str, type[ProviderError]] = field(default_factory=dict)
    declined_statuses: frozenset[int] = frozenset({HTTPStatus.PAYMENT_REQUIRED})
    judge: Callable[[Failure], type[ProviderError] | None] = lambda _: None
    is_success: Callable[[Any], bool] = lambda _: True
    """For a provider that also answers 200 to say no."""


class HttpApi:
    """One provider's HTTP. ``get`` and ``post`` give the JSON of a success, or raise
    :class:`ProviderError`; the answer to 204 is None."""

    def __init__(
        self,
        *,
        base_url: str,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        rules: FailureRules | None = None,
        loads: Callable[[bytes], Any] = orjson.loads,
    ) -> None:
        self._rules = rules or FailureRules()
        self._loads = loads
        self._timeout_seconds = timeout_seconds
        self._client = httpx.Client(
            base_url=base_url,
            headers=headers,
            auth=auth,
            timeout=httpx.Timeout(
                timeout_seconds, connect=min(CONNECT_TIMEOUT_SECONDS, timeout_seconds)
            ),
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
            ),
            # A redirect would carry the key to an address that nobody configured.
            follow_redirects=False,
            # The provider's address is configured: proxies of the environment have no say.
            trust_env=False,
        )

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return self.call("GET", path, params=params, headers=headers)

    def post(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Any:
        return self.call("POST", path, json=body, headers=headers)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Any other request; ``options`` are httpx's (``data``, ``json``, ``params``, ``auth``)."""
        status, content, _ = self.exchange(method, path, **options)
        return self._meaning(status, content)

    def exchange(
        self, method: str, path: str, **options: Any
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of whatever is answered, for an SDK that reads them itself.

        Raises :class:`ProviderUnknown` when nothing is.
        """
        forbid_transaction("a call to the payment provider")
        try:
            return self._exchange(method, path, options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Not even reached. Still UNKNOWN to the caller: the repair job asks and sends again.
            raise ProviderUnknown("the provider cannot be reached", code="unreachable") from error
        except httpx.HTTPError as error:
            raise ProviderUnknown(
                f"no answer from the provider ({type(error).__name__})", code="no_answer"
            ) from error

    def _exchange(
        self, method: str, path: str, options: dict[str, Any]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        # httpx limits each read, not the whole: an answer that trickles would last for ever.
        deadline = time.monotonic() + self._timeout_seconds
        content = bytearray()
        with self._client.stream(method, path, **options) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer is too long or too slow")
            return response.status_code, bytes(content), response.headers

    def _meaning(self, status: int, content: bytes) -> Any:
        if status == HTTPStatus.NO_CONTENT:
            return None
        try:
            body = self._loads(content)
        except ValueError as error:
            if 400 <= status < 500 and status not in UNKNOWN_STATUSES:
                raise ProviderRejected(
                    f"the provider answered {status}", code=str(status)
                ) from error
            raise ProviderUnknown("the answer broke off", code="broken_answer") from error
        if 200 <= status < 300 and self._rules.is_success(body):
            return body
        code, message = self._rules.read(body)
        failure = Failure(status, code or str(status), without_secrets(message), body)
        raise self._kind(failure)(failure.message, code=failure.code)

    def _kind(self, failure: Failure) -> type[ProviderError]:
        """Which of the four kinds of error it is; ``Unknown`` wherever money may have moved."""
        rules, status = self._rules, failure.status
        known = rules.judge(failure) or rules.by_code.get(failure.code)
        if known is not None:
            return known
        if status == HTTPStatus.NOT_FOUND:
            return ObjectMissing
        if status in UNKNOWN_STATUSES or not 400 <= status < 500:
            return ProviderUnknown
        if status == HTTPStatus.UNAUTHORIZED:
            # Our key is wrong: nothing happened, and nothing will until an operator mends it.
            return ProviderUnknown
        return ProviderDeclined if status in rules.declined_statuses else ProviderRejected


def understand(reader: Callable[[Any], T], body: Any) -> T:
    """What ``reader`` makes of an answer; one that it cannot read is unknown, not a failure."""
    try:
        return reader(body)
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise ProviderUnknown("the answer cannot be understood", code="broken_answer") from error
    except AttributeError as error:  # a string where an object was promised
        raise ProviderUnknown("the answer cannot be understood", code="broken_answer") from error


def without_secrets(message: str) -> str:
    """A provider's message as it may be logged and kept: short, and no key or account number."""
    return SECRETS_IN_TEXT.sub("…", message)[:MAX_MESSAGE_LENGTH]
