"""PayPal's HTTP: credentials, and what its failures mean.

Sources: https://developer.paypal.com/api/rest/authentication/ (token),
https://developer.paypal.com/api/rest/responses/ (errors),
https://developer.paypal.com/api/rest/reference/idempotency/ (PayPal-Request-Id).
"""

import re
from http import HTTPStatus
from typing import Any

from marketplace.payments.providers.http import Failure, FailureRules, HttpApi
from marketplace.payments.providers.oauth import ClientCredentials
from marketplace.payments.providers.protocol import ProviderError, ProviderUnknown

BATCH_EXISTS = "batch_exists:"
"""Our code for a payout that was sent before; PayPal's id of it follows."""
BATCH_LINK = re.compile(r"/v1/payments/payouts/([A-Z0-9-]{1,64})$")
CODE = re.compile(r"[A-Za-z0-9_]{1,100}")
UNDECIDED = frozenset(
    {"DUPLICATE_REQUEST_ID", "PREVIOUS_REQUEST_IN_PROGRESS", "RESOURCE_CONFLICT", "BATCH_EXISTS"}
)
NOT_ALLOWED = frozenset({"NOT_AUTHORIZED", "PERMISSION_DENIED", "AUTHORIZATION_ERROR"})


def open_api(
    *, base_url: str, client_id: str, client_secret: str, timeout_seconds: float
) -> HttpApi:
    return HttpApi(
        base_url=base_url,
        timeout_seconds=timeout_seconds,
        auth=ClientCredentials(
            token_url=f"{base_url}/v1/oauth2/token",
            client_id=client_id,
            client_secret=client_secret,
            timeout_seconds=timeout_seconds,
        ),
        rules=FailureRules(
            read=_code_and_message,
            judge=_judge,
            declined_statuses=frozenset(
                {HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.UNPROCESSABLE_ENTITY}
            ),
        ),
    )


def _code_and_message(body: Any) -> tuple[str, str]:
    """``details[0].issue`` says it best; ``name`` where there are no details."""
    if not isinstance(body, dict):
        return "", ""
    details = body.get("details")
    detail = details[0] if isinstance(details, list) and details else {}
    if not isinstance(detail, dict):
        detail = {}
    if str(detail.get("field", "")).upper() == "SENDER_BATCH_ID":
        return _existing_batch(detail), "this payout was sent before"
    issue = str(detail.get("issue") or "")
    message = detail.get("description") or issue or body.get("message") or ""
    if not CODE.fullmatch(issue):
        # Payouts write a sentence there, which may repeat what we sent.
        issue = str(body.get("name") or body.get("error") or "")
    return issue if CODE.fullmatch(issue) else "", str(message)


def _existing_batch(detail: dict[str, Any]) -> str:
    """A ``sender_batch_id`` of the last 30 days: refused, with a link to the first batch."""
    links = detail.get("link") or detail.get("links") or []
    for link in links if isinstance(links, list) else [links]:
        found = BATCH_LINK.search(str(link.get("href", "")) if isinstance(link, dict) else "")
        if found:
            return BATCH_EXISTS + found[1]
    return "BATCH_EXISTS"


def _judge(failure: Failure) -> type[ProviderError] | None:
    undecided = failure.code in UNDECIDED or failure.code.startswith(BATCH_EXISTS)
    if undecided or failure.status == HTTPStatus.CONFLICT:
        return ProviderUnknown
    if failure.status == HTTPStatus.FORBIDDEN or failure.code in NOT_ALLOWED:
        # Our account lacks a right: nothing happened, and nothing will until that is mended.
        return ProviderUnknown
    return None
