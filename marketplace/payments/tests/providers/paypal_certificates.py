"""A certificate authority of the tests, and signers whose certificates it issued."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

WEBHOOK_ID = "8PT597110X687430LKGECATA"
NAME = "messageverificationcerts.paypal.com"
DAY = timedelta(days=1)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""When the tests take place; what a certificate is good for is counted from here."""


@cache
def key_named(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def root(name: str = "test root") -> x509.Certificate:
    key = key_named(name)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .issuer_name(_subject(name))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - 3650 * DAY)
        .not_valid_after(AT + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


class Signer:
    """Signs as PayPal does, with a certificate for ``host`` under ``authority``."""

    def __init__(
        self,
        name: str,
        *,
        host: str = NAME,
        authority: str = "test root",
        days: tuple[int, int] = (-3650, 3650),
    ) -> None:
        self.key = key_named(name)
        issuer = root(authority)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(_subject(host))
            .issuer_name(issuer.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(AT + days[0] * DAY)
            .not_valid_after(AT + days[1] * DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),  # type: ignore[arg-type]
                critical=False,
            )
            .sign(key_named(authority), hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def headers(
        self, body: bytes, at: datetime, url: str, webhook_id: str = WEBHOOK_ID
    ) -> dict[str, str]:
        transmission_id, time = "b2d3c7a0-canary-transmission", at.strftime("%Y-%m-%dT%H:%M:%SZ")
        message = f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()
        signature = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {
            "PAYPAL-TRANSMISSION-ID": transmission_id,
            "PAYPAL-TRANSMISSION-TIME": time,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
            "PAYPAL-CERT-URL": url,
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        }

    def would_sign(
        self, body: bytes, transmission_id: str, time: str, webhook_id: str, signature: str
    ) -> bool:
        message = f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()
        try:
            self.key.public_key().verify(
                base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return False
        return webhook_id == WEBHOOK_ID
