"""Whether a webhook is PayPal's: by the certificate that signed it, or by asking PayPal.

Source: https://developer.paypal.com/api/rest/webhooks/rest/ (the signed string is
``transmissionId|timeStamp|webhookId|crc32``, the CRC in decimal, over the raw body).
"""

import base64
import binascii
import re
import threading
import warnings
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import certifi
import httpx
import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from django.core.exceptions import ImproperlyConfigured

from marketplace.core import clock
from marketplace.core.db import forbid_transaction
from marketplace.payments.providers.http import HttpApi
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    ObjectKind,
    ProviderError,
    WebhookNotice,
)
from marketplace.payments.providers.signatures import TOLERANCE_SECONDS

ALGORITHMS = {"SHA256withRSA"}
CERTIFICATE_PATH = re.compile(r"/v1/notifications/certs/[A-Za-z0-9-]{1,100}")
CERTIFICATE_NAMES = (
    "messageverificationcerts.paypal.com",
    "messageverificationcerts.sandbox.paypal.com",
)
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_CACHED_CERTIFICATES = 8
CERTIFICATE_LIFE = timedelta(hours=24)
HEADERS = ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")


class WebhookCheck(Protocol):
    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises :class:`BadSignature` unless PayPal sent it within the last five minutes."""


class CertificateWebhooks:
    """Verifies here, with the certificate that the webhook names.

    The certificate is taken over https from ``*.paypal.com`` only, must lead to a trusted root, be
    in time and bear PayPal's name for it. ``certificate_base`` replaces the hosts by one address,
    and ``roots`` the trusted roots: for a PayPal of one's own.
    """

    def __init__(
        self,
        *,
        webhook_ids: Sequence[str],
        timeout_seconds: float,
        certificate_base: str = "",
        roots: Sequence[x509.Certificate] = (),
    ) -> None:
        self._webhook_ids = webhook_ids
        self._certificate_base = certificate_base
        self._store = Store(list(roots) or _public_roots())
        self._timeout_seconds = timeout_seconds
        self._kept: dict[str, tuple[rsa.RSAPublicKey, datetime]] = {}
        self._lock = threading.Lock()

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        sent = _transmission(headers)
        try:
            signature = base64.b64decode(sent["transmission-sig"], validate=True)
        except binascii.Error as error:
            raise BadSignature("the signature is not base64") from error
        key = self._key(sent["cert-url"])
        crc = zlib.crc32(body)
        for webhook_id in self._webhook_ids:
            message = "|".join(
                (sent["transmission-id"], sent["transmission-time"], webhook_id, str(crc))
            )
            try:
                key.verify(signature, message.encode(), padding.PKCS1v15(), hashes.SHA256())
            except InvalidSignature:
                continue
            return
        raise BadSignature("no signature matches")

    def _key(self, url: str) -> rsa.RSAPublicKey:
        if not self._is_allowed(url):
            raise BadSignature("the certificate's address is not PayPal's")
        with self._lock:
            key, until = self._kept.get(url, (None, None))
        if key is not None and until is not None and clock.now() < until:
            return key
        key, until = _trusted(self._fetch(url), self._store)
        with self._lock:
            if len(self._kept) >= MAX_CACHED_CERTIFICATES:
                self._kept.clear()
            self._kept[url] = (key, until)
        return key

    def _is_allowed(self, url: str) -> bool:
        if self._certificate_base:
            path = url.removeprefix(self._certificate_base)
            return path != url and bool(CERTIFICATE_PATH.fullmatch(path))
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        return (
            parts.scheme == "https"
            and (parts.hostname or "").endswith(".paypal.com")
            and parts.username is None
            and port in (None, 443)
            and not parts.query
            and not parts.fragment
            and bool(CERTIFICATE_PATH.fullmatch(parts.path))
        )

    def _fetch(self, url: str) -> bytes:
        forbid_transaction("a call to the payment provider")
        try:
            # No redirect: the address was judged, another would not be.
            with httpx.stream(
                "GET", url, timeout=self._timeout_seconds, follow_redirects=False, trust_env=False
            ) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise BadSignature("the certificate is not there")
                content = b""
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MAX_CERTIFICATE_BYTES:
                        raise BadSignature("the certificate is too large")
                return content
        except httpx.HTTPError as error:
            # Refused and thus sent again by PayPal, up to 25 times in three days.
            raise BadSignature("the certificate cannot be fetched now") from error


class AskedWebhooks:
    """Asks PayPal (``verify-webhook-signature``): a call for each webhook, no certificate here."""

    def __init__(self, api: HttpApi, *, webhook_ids: Sequence[str]) -> None:
        self._api = api
        self._webhook_ids = webhook_ids

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        sent = _transmission(headers)
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadSignature("the body is not JSON") from error
        for webhook_id in self._webhook_ids:
            question = {name.replace("-", "_"): value for name, value in sent.items()}
            question |= {"webhook_id": webhook_id}
            # The event as it came, byte for byte: PayPal's answer is about exactly that.
            content = orjson.dumps(question | {"webhook_event": orjson.Fragment(body)})
            try:
                answer = self._api.call(
                    "POST",
                    "/v1/notifications/verify-webhook-signature",
                    content=content,
                    headers={"Content-Type": "application/json"},
                )
            except ProviderError as error:
                raise BadSignature("PayPal does not say whether it is its own") from error
            if isinstance(answer, dict) and answer.get("verification_status") == "SUCCESS":
                return
        raise BadSignature("PayPal says that it is not its own")


def check_webhooks(
    how: str, *, api: HttpApi, webhook_ids: Sequence[str], timeout_seconds: float
) -> WebhookCheck:
    """``certificate`` or ``ask``, by configuration; anything else is a mistake in it."""
    if how == "ask":
        return AskedWebhooks(api, webhook_ids=webhook_ids)
    if how != "certificate":
        raise ImproperlyConfigured(f"PAYPAL_WEBHOOK_CHECK: {how!r} is not certificate or ask")
    return CertificateWebhooks(webhook_ids=webhook_ids, timeout_seconds=timeout_seconds)


def read_notice(body: bytes) -> WebhookNotice:
    """What the event is about. Raises :class:`BadWebhook`."""
    try:
        event = orjson.loads(body)
        event_id, event_type, resource = event["id"], event["event_type"], event["resource"]
        if not all(isinstance(text, str) and text for text in (event_id, event_type)):
            raise BadWebhook("the event's id and type must be strings")
        kind, object_id = _object(event_type, resource)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadWebhook("the body is not an event") from error
    if not isinstance(object_id, str) or not object_id:
        raise BadWebhook("the event's object has no id")
    return WebhookNotice(event_id, event_type, kind, object_id)


OBJECTS = {
    "CHECKOUT.ORDER.": (ObjectKind.PAYMENT, "id"),
    # Of these two the resource is a refund; a reversal is PayPal's own, and comes with a dispute.
    "PAYMENT.CAPTURE.REFUNDED": (ObjectKind.REFUND, "id"),
    "PAYMENT.CAPTURE.REVERSED": (ObjectKind.OTHER, "id"),
    "PAYMENT.REFUND.": (ObjectKind.REFUND, "id"),
    "PAYMENT.PAYOUTS-ITEM.": (ObjectKind.PAYOUT, "payout_batch_id"),
    "CUSTOMER.DISPUTE.": (ObjectKind.CHARGEBACK, "dispute_id"),
}
"""https://developer.paypal.com/api/rest/webhooks/event-names/"""


def _object(event_type: str, resource: Mapping[str, Any]) -> tuple[ObjectKind, Any]:
    for beginning, (kind, member) in OBJECTS.items():
        if event_type.startswith(beginning):
            return kind, resource[member]
    if event_type.startswith("PAYMENT.PAYOUTSBATCH."):
        return ObjectKind.PAYOUT, resource["batch_header"]["payout_batch_id"]
    if event_type.startswith("PAYMENT.CAPTURE."):
        related = (resource.get("supplementary_data") or {}).get("related_ids") or {}
        if order_id := related.get("order_id"):
            return ObjectKind.PAYMENT, order_id
    # A capture without an order is none of ours: another shop with the same account.
    return ObjectKind.OTHER, resource.get("id") or "none"


def _transmission(headers: Mapping[str, str]) -> dict[str, str]:
    lowered = {name.lower(): value for name, value in headers.items()}
    sent = {name: lowered.get(f"paypal-{name}", "") for name in HEADERS}
    if not all(sent.values()):
        raise BadSignature("a signature header is missing")
    if sent["auth-algo"] not in ALGORITHMS:
        raise BadSignature("this algorithm is not accepted")
    try:
        at = datetime.fromisoformat(sent["transmission-time"])
        away_seconds = abs((clock.now() - at).total_seconds())
    except (ValueError, TypeError) as error:
        raise BadSignature("the time of transmission is malformed") from error
    if away_seconds > TOLERANCE_SECONDS:
        raise BadSignature("the signature's time is more than 300 seconds away")
    return sent


def _trusted(pem: bytes, store: Store) -> tuple[rsa.RSAPublicKey, datetime]:
    """The key of the chain's first certificate, and until when it may be used from memory."""
    try:
        leaf, *between = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise BadSignature("the certificate cannot be read") from error
    now = clock.now()
    builder = PolicyBuilder().store(store).time(now)
    for name in CERTIFICATE_NAMES:
        try:
            builder.build_server_verifier(x509.DNSName(name)).verify(leaf, between)
        except VerificationError:
            continue
        key = leaf.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise BadSignature("the certificate's key is not RSA")
        return key, min(leaf.not_valid_after_utc, now + CERTIFICATE_LIFE)
    raise BadSignature("the certificate is not trusted")


def _public_roots() -> list[x509.Certificate]:
    roots = []
    for pem in PEM.findall(Path(certifi.where()).read_bytes()):
        # Old roots break rules that the library has begun to mind; no chain of PayPal's needs one.
        with warnings.catch_warnings(), suppress(ValueError):
            warnings.simplefilter("ignore")
            roots.append(x509.load_pem_x509_certificate(pem))
    return roots
