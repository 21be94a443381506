"""Secrets at rest."""

from marketplace.core.security.encryption import (
    Undecipherable,
    decrypt_field,
    encrypt_field,
    fingerprint,
)

__all__ = ["Undecipherable", "decrypt_field", "encrypt_field", "fingerprint"]
