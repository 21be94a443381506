"""Access and refresh tokens: how they are written, and the only way they are read.

Both are JWTs signed with HMAC-SHA-256. The two kinds differ in three places, each of which is
checked: the ``typ`` header (RFC 9068 §2.1), the ``token_use`` claim (as allauth writes it) and the
audience. ADR 0012 says why this algorithm, and why the keys are not ``SECRET_KEY`` itself.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings

from marketplace.core import clock

ALGORITHM = "HS256"
MAX_TOKEN_LENGTH = 2048
KEY_ID_LENGTH = 12
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "token_use"]


class TokenUse(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


TYPES = {TokenUse.ACCESS: "at+jwt", TokenUse.REFRESH: "rt+jwt"}


class TokenRefused(Exception):
    """The token proves nothing. Which check failed is for the log, never for the bearer."""


class TokenExpired(TokenRefused):
    """Genuine, and too old."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says."""

    user_id: UUID
    sign_in_id: UUID
    token_id: UUID


def issue(
    use: TokenUse,
    *,
    user_id: UUID,
    sign_in_id: UUID,
    token_id: UUID,
    issued_at_seconds: int,
    expires_at_seconds: int,
) -> str:
    """A signed token; times are seconds since 1970."""
    key_id, key = next(iter(_keys().items()))
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": _audience(use),
        "sub": str(user_id),
        "sid": str(sign_in_id),
        "jti": str(token_id),
        "iat": issued_at_seconds,
        "exp": expires_at_seconds,
        "token_use": use.value,
    }
    return jwt.encode(claims, key, ALGORITHM, headers={"typ": TYPES[use], "kid": key_id})


def read(token: str, use: TokenUse) -> Claims:
    """What ``token`` says, if it is ours, of this use, and not expired; raises TokenRefused."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenRefused("too long")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != TYPES[use]:
            raise TokenRefused("type")
        # The header chooses among our own keys only; the algorithm is never the header's choice.
        key = _keys().get(header.get("kid", ""))
        if key is None:
            raise TokenRefused("key")
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=_audience(use),
            issuer=settings.JWT_ISSUER,
            # Times are judged below, by the injected clock.
            options={
                "require": REQUIRED_CLAIMS,
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        return _claims(claims, use)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        raise TokenRefused(type(error).__name__) from error


def _claims(claims: dict[str, Any], use: TokenUse) -> Claims:
    if claims["token_use"] != use.value:
        raise TokenRefused("use")
    if int(claims["exp"]) <= clock.now().timestamp():
        raise TokenExpired("expired")
    return Claims(UUID(claims["sub"]), UUID(claims["sid"]), UUID(claims["jti"]))


def _audience(use: TokenUse) -> str:
    issuer: str = settings.JWT_ISSUER
    return f"{issuer}/api" if use is TokenUse.ACCESS else f"{issuer}/api/v1/auth/refresh"


def _keys() -> dict[str, bytes]:
    return _derive(tuple(settings.JWT_SIGNING_KEYS), settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _derive(signing_keys: tuple[str, ...], secret_key: str) -> dict[str, bytes]:
    """Keys by key id; the first signs, the others (retired) still verify.

    Each secret is stretched to a full block by HMAC, so that a token never exposes what else a
    secret might protect.
    """
    secrets = signing_keys or (secret_key,)
    keys = [hmac.digest(s.encode(), b"fairhold/jwt/v1", hashlib.sha256) for s in secrets]
    return {hashlib.sha256(key).hexdigest()[:KEY_ID_LENGTH]: key for key in keys}
