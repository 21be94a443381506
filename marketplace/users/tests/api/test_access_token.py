"""Who a request is by its access token, and every token that must not count as one."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.testing.figures import publish
from marketplace.users import services, tokens
from marketplace.users.models import User
from marketplace.users.snapshots import SignInTokens
from marketplace.users.tests.factories import authorized_client, make_user, sign_in

pytestmark = pytest.mark.django_db
ME = "/api/v1/auth/me/"


def me(token: str) -> Any:
    return APIClient().get(ME, HTTP_AUTHORIZATION=f"Bearer {token}")


def key() -> tuple[str, bytes]:
    return next(iter(tokens._keys().items()))


def forge(claims: dict[str, Any], *, secret: Any = None, alg: str = "HS256", **header: Any) -> str:
    key_id, ours = key()
    return jwt.encode(
        claims,
        ours if secret is None else secret,
        alg,
        headers={"typ": "at+jwt", "kid": key_id, **header},
    )


def claims_of(pair: SignInTokens) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(pair.access_token, options={"verify_signature": False})
    return claims


def unsigned(claims: dict[str, Any], alg: str) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': alg, 'typ': 'at+jwt', 'kid': key()[0]})}.{part(claims)}."


def rsa_key() -> bytes:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def without(claim: str) -> Callable[[dict[str, Any]], str]:
    return lambda claims: forge({k: v for k, v in claims.items() if k != claim})


FORGERIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "algorithm none": lambda c: unsigned(c, "none"),
    "algorithm None": lambda c: unsigned(c, "None"),
    "algorithm NONE": lambda c: unsigned(c, "NONE"),
    "our algorithm, no signature": lambda c: unsigned(c, "HS256"),
    "HS384 with our key": lambda c: forge(c, alg="HS384", secret=key()[1] * 2),
    "HS512 with our key": lambda c: forge(c, alg="HS512", secret=key()[1] * 2),
    "RS256 with a key of theirs": lambda c: forge(c, alg="RS256", secret=rsa_key()),
    "another secret": lambda c: forge(c, secret=b"x" * 32),
    "an empty secret": lambda c: unsigned(c, "HS256") + "AAAA",
    "unknown key id": lambda c: forge(c, kid="000000000000"),
    "key id that is a path": lambda c: forge(c, kid="../../dev/null"),
    "type of a refresh token": lambda c: forge(c, typ="rt+jwt"),
    "type of any JWT": lambda c: forge(c, typ="JWT"),
    "use of a refresh token": lambda c: forge({**c, "token_use": "refresh"}),
    "audience of refresh": lambda c: forge({**c, "aud": c["aud"] + "/v1/auth/refresh"}),
    "another audience": lambda c: forge({**c, "aud": "https://elsewhere.example"}),
    "two audiences, one ours": lambda c: forge({**c, "aud": [c["aud"], "x"]}),
    "another issuer": lambda c: forge({**c, "iss": "https://elsewhere.example"}),
    "expired": lambda c: forge({**c, "exp": int(time.time()) - 1}),
    "expiry that is no number": lambda c: forge({**c, "exp": "soon"}),
    "another user of the sign-in": lambda c: forge({**c, "sub": str(uuid4())}),
    "a sign-in that is not": lambda c: forge({**c, "sid": str(uuid4())}),
    "a subject that is no id": lambda c: forge({**c, "sub": "1"}),
    **{
        f"no {claim}": without(claim)
        for claim in ("iss", "aud", "sub", "sid", "jti", "iat", "exp", "token_use")
    },
}


@pytest.mark.parametrize("name", FORGERIES)
def test_no_forgery_is_accepted(name: str) -> None:
    pair = sign_in(make_user())
    assert me(forge(claims_of(pair))).status_code == 200, "the forger's tools work"

    response = me(FORGERIES[name](claims_of(pair)))

    assert response.status_code == 401
    assert response.json()["code"] in {"access_token_refused", "access_token_expired"}
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_the_table_of_attacks_opens_neither_door() -> None:
    """Every forgery as an access token, and made to look like a refresh token, too."""
    pair = sign_in(make_user())
    claims = claims_of(pair)
    refresh = jwt.decode(pair.refresh_token, options={"verify_signature": False})
    as_refresh = {name: refresh[name] for name in ("aud", "jti", "exp")} | {"token_use": "refresh"}
    attacks = {name: forge_it(claims) for name, forge_it in FORGERIES.items()}
    attacks["the refresh token itself"] = pair.refresh_token
    swapped = {
        "the access token itself": pair.access_token,
        "type of an access token": forge({**claims, **as_refresh}),
        "an access token named refresh": forge(claims, typ="rt+jwt"),
        "algorithm none": unsigned({**claims, **as_refresh}, "none"),
        "another secret": forge({**claims, **as_refresh}, typ="rt+jwt", secret=b"x" * 32),
        "another audience": forge({**claims, **as_refresh, "aud": "x"}, typ="rt+jwt"),
        "another issuer": forge({**claims, **as_refresh, "iss": "x"}, typ="rt+jwt"),
        "expired": forge({**claims, **as_refresh, "exp": 1}, typ="rt+jwt"),
    }

    let_in = [name for name, token in attacks.items() if me(token).status_code != 401]
    for name, token in swapped.items():
        answer = APIClient().post("/api/v1/auth/refresh/", {"refresh_token": token})
        let_in += [name] if answer.status_code != 401 else []

    assert let_in == []
    # None of them was a replay, which would have ended the sign-in: the real ones are still good.
    good = APIClient().post("/api/v1/auth/refresh/", {"refresh_token": pair.refresh_token})
    assert good.status_code == 200
    publish(
        "forged tokens",
        as_access=len(attacks),
        as_refresh=len(swapped),
        accepted=len(let_in),
        attacks=sorted(attacks),
    )


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "x" * 5000, "null", ". ."])
def test_rubbish_is_a_401(token: str) -> None:
    assert me(token).status_code == 401


def test_a_refresh_token_is_no_access_token() -> None:
    assert me(sign_in(make_user()).refresh_token).status_code == 401


def test_every_character_counts() -> None:
    token = sign_in(make_user()).access_token
    for position in range(0, len(token), 7):
        changed = "A" if token[position] != "A" else "B"
        assert me(token[:position] + changed + token[position + 1 :]).status_code == 401


def test_a_token_ends_after_a_quarter_of_an_hour() -> None:
    token = sign_in(make_user()).access_token

    with clock.shifted(timedelta(seconds=890)):
        assert me(token).status_code == 200
    with clock.shifted(timedelta(seconds=901)):
        response = me(token)
    assert response.status_code == 401
    assert response.json()["code"] == "access_token_expired"


def test_another_scheme_is_nobody() -> None:
    response = APIClient().get(ME, HTTP_AUTHORIZATION="Basic YTpi")

    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


def test_a_retired_key_still_verifies_and_an_unknown_one_does_not() -> None:
    user = make_user()
    with override_settings(JWT_SIGNING_KEYS=["old" * 20]):
        token = sign_in(user).access_token
    with override_settings(JWT_SIGNING_KEYS=["new" * 20, "old" * 20]):
        assert me(token).status_code == 200
    with override_settings(JWT_SIGNING_KEYS=["new" * 20]):
        assert me(token).status_code == 401


def test_suspension_binds_on_the_very_next_request() -> None:
    user = make_user()
    client = authorized_client(user)
    assert client.get(ME).status_code == 200

    services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")

    response = client.get(ME)
    assert response.status_code == 403
    assert response.json()["code"] == "account_suspended"


def test_deactivation_binds_on_the_very_next_request() -> None:
    user = make_user()
    client = authorized_client(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(ME).status_code == 403


def test_a_change_of_role_binds_on_the_very_next_request() -> None:
    user = make_user()
    client = authorized_client(user)
    assert client.get(ME).json()["roles"] == ["BUYER"]

    services.become_seller(user_id=user.pk)

    assert set(client.get(ME).json()["roles"]) == {"BUYER", Role.SELLER}


def test_knowing_who_asks_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    from rest_framework.test import APIRequestFactory

    from marketplace.users.api.authentication import JWTAuthentication

    token = sign_in(make_user()).access_token
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {token}")

    with django_assert_num_queries(1):
        found = JWTAuthentication().authenticate(request)
        assert found is not None
        user = found[0]
        assert user.is_authenticated
        assert (user.email, user.roles, user.first_name) != ("", [], "")


def test_a_forged_token_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert me("a.b.c").status_code == 401
