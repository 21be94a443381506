"""Fields that only the platform may read: AES-256-GCM, bound to model, row and field.

``FIELD_ENCRYPTION_KEYS`` lists ``version:base64`` pairs; the first encrypts, all decrypt, so that
a key is rotated by putting a new one in front and running ``rotate_field_keys``, which finds every
sealed column by itself (:mod:`marketplace.core.security.sealed`). Without the setting (on a
developer's machine, in tests) a key is derived from ``SECRET_KEY``.

Stored form: one byte format, two bytes key version, twelve bytes nonce, then ciphertext and tag.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORMAT = 1
NONCE_BYTES = 12
KEY_BYTES = 32
HEADER_BYTES = 3 + NONCE_BYTES


class Undecipherable(Exception):
    """Altered, moved to another row or field, or sealed with a key that is not here."""


def encrypt_field(plaintext: str, *, model: str, row_id: UUID, field: str) -> bytes:
    """Seal ``plaintext`` so that it opens only for this model, row and field."""
    return encrypt_bytes(plaintext.encode(), model=model, row_id=row_id, field=field)


def decrypt_field(stored: bytes, *, model: str, row_id: UUID, field: str) -> str:
    """Open what :func:`encrypt_field` sealed; raises :class:`Undecipherable`."""
    return decrypt_bytes(stored, model=model, row_id=row_id, field=field).decode()


def encrypt_bytes(plain: bytes, *, model: str, row_id: UUID, field: str) -> bytes:
    """The same for what is not text, such as a file."""
    version, key = _current_key()
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain, _binding(model, row_id, field))
    return bytes([FORMAT]) + version.to_bytes(2, "big") + nonce + sealed


def decrypt_bytes(stored: bytes, *, model: str, row_id: UUID, field: str) -> bytes:
    """Open what :func:`encrypt_bytes` sealed; raises :class:`Undecipherable`."""
    stored = bytes(stored)
    if len(stored) < HEADER_BYTES or stored[0] != FORMAT:
        raise Undecipherable(f"{model}.{field}: not an encrypted field")
    version = int.from_bytes(stored[1:3], "big")
    key = _keys().get(version)
    if key is None:
        raise Undecipherable(f"{model}.{field}: key version {version} is not configured")
    try:
        return AESGCM(key).decrypt(
            stored[3:HEADER_BYTES], stored[HEADER_BYTES:], _binding(model, row_id, field)
        )
    except InvalidTag as error:
        raise Undecipherable(f"{model}.{field} of {row_id} was altered or moved") from error


def current_key_version() -> int:
    """Of the key that seals from now on."""
    return _current_key()[0]


def key_version(stored: bytes) -> int:
    """Which key sealed it: what a rotation looks for."""
    return int.from_bytes(bytes(stored)[1:3], "big")


def fingerprint(value: str, *, purpose: str) -> bytes:
    """A keyed hash that recognises an equal value and reveals nothing of it.

    Under the key that ``FIELD_FINGERPRINT_KEY`` names by its version; without it under the oldest,
    which a rotation keeps last in the list, so that it stays the same until it is moved on purpose
    (``rotate_field_keys --fingerprints``).
    """
    keys = _keys()
    chosen: int | None = getattr(settings, "FIELD_FINGERPRINT_KEY", None)
    key = list(keys.values())[-1] if chosen is None else keys[chosen]
    return _hash(key, value, purpose)


def fingerprints(value: str, *, purpose: str) -> list[bytes]:
    """Under every key there is: to find an equal value also while fingerprints are moved."""
    return [_hash(key, value, purpose) for key in _keys().values()]


def _hash(key: bytes, value: str, purpose: str) -> bytes:
    return hmac.new(key, f"{purpose}\n{value}".encode(), hashlib.sha256).digest()


def _binding(model: str, row_id: UUID, field: str) -> bytes:
    return f"{model}|{row_id}|{field}".encode()


def _current_key() -> tuple[int, bytes]:
    return next(iter(_keys().items()))


def _keys() -> Mapping[int, bytes]:
    configured: list[str] = getattr(settings, "FIELD_ENCRYPTION_KEYS", [])
    if not configured:
        return {0: _derived_key()}
    keys: dict[int, bytes] = {}
    for entry in configured:
        version, _, encoded = entry.partition(":")
        key = base64.b64decode(encoded, validate=True)
        if len(key) != KEY_BYTES:
            raise ValueError(f"FIELD_ENCRYPTION_KEYS: key {version} must have {KEY_BYTES} bytes")
        keys[int(version)] = key
    return keys


def _derived_key() -> bytes:
    derive = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"field-encryption")
    return derive.derive(settings.SECRET_KEY.encode())
