"""An OpenID Connect server for tests, a process of its own: `python -m …oidc_server PORT`.

The protocol is Authlib's: codes that work once, PKCE, clients that authenticate, signed tokens. It
shares no code with the client that is tested. Below ``/control/`` a test says who its people are,
and how the server shall misbehave.
"""

import base64
import json
import sys
import threading
from dataclasses import dataclass, field
from time import sleep
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207.parameter import IssuerParameter
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

HANG_SECONDS = 30
KEYS: dict[str, RSAKey | ECKey] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256", "use": "sig"}),
}
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"})
"""Claims to be the first key, and is not published."""


@dataclass
class Behaviour:
    """What the server does wrong; nothing, until a test says so. ``None`` removes a claim."""

    discovery: dict[str, Any] = field(default_factory=dict)
    id_token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    signed_by: str = "RS256"
    failing: dict[str, str] = field(default_factory=dict)
    """A path to ``error``, ``hang``, ``garbage``, ``huge`` or ``redirect``."""


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    client_id: str
    secret: str = "oidc-test-secret"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return bool(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    sub: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Token(TokenMixin):  # type: ignore[misc]
    access_token: str
    scope: str
    sub: str

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


app = Flask(__name__)
server = AuthorizationServer()
protect = ResourceProtector()
people: dict[str, dict[str, Any]] = {}
codes: dict[str, Code] = {}
tokens: dict[str, Token] = {}
behaviour = Behaviour()
calls: list[str] = []
lock = threading.Lock()


def issuer() -> str:
    return request.host_url.rstrip("/")


def claims_of(sub: str, overrides: dict[str, Any]) -> dict[str, Any]:
    claims = {**people.get(sub, {}), "sub": sub, **overrides}
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any], by: str) -> str:
    if by == "none":
        parts = ({"alg": "none", "kid": "rsa"}, claims)
        encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
        return ".".join(part.rstrip(b"=").decode() for part in encoded) + "."
    key = STRANGER if by == "stranger" else KEYS[by]
    alg = "RS256" if by == "stranger" else by
    return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, [alg])


class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def save_authorization_code(self, code: str, asked: Any) -> None:
        given = asked.payload.data
        codes[code] = Code(
            code,
            asked.client.client_id,
            asked.user,
            asked.payload.redirect_uri,
            asked.payload.scope,
            given.get("nonce"),
            given.get("code_challenge"),
            given.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        # Taken out at once: of two exchanges at the same moment one finds it.
        with lock:
            found = codes.get(code)
            return codes.pop(code) if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.sub


class Identity(OpenIDCode):  # type: ignore[misc]
    def exists_nonce(self, nonce: str, asked: Any) -> bool:
        return False

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": issuer()}

    def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
        return claims_of(user, {})

    def encode_id_token(self, token: dict[str, Any], asked: Any) -> str:
        claims = self.get_compatible_claims(asked)
        claims |= self.get_authorization_code_claims(asked.authorization_code)
        claims |= claims_of(asked.user, behaviour.id_token)
        claims = {
            name: value
            for name, value in claims.items()
            if behaviour.id_token.get(name, value) is not None
        }
        return signed(claims, behaviour.signed_by)


class Validator(BearerTokenValidator):  # type: ignore[misc]
    def authenticate_token(self, token_string: str) -> Token | None:
        return tokens.get(token_string)


class Issuer(IssuerParameter):  # type: ignore[misc]
    def get_issuer(self) -> str:
        return issuer()


@app.before_request
def misbehave() -> Response | None:
    if not request.path.startswith("/control/"):
        calls.append(request.path)
    failure = behaviour.failing.get(request.path)
    if failure == "hang":
        sleep(HANG_SECONDS)
    if failure == "garbage":
        return Response("<html>Be right back</html>", content_type="text/html")
    if failure == "odd":
        return Response('["not", "an object"]', content_type="application/json")
    if failure == "huge":
        return Response(b'"' + b"x" * 20_000_000 + b'"', content_type="application/json")
    if failure == "redirect":
        return Response(status=307, headers={"Location": "http://169.254.169.254/"})
    return Response(status=500) if failure in {"error", "hang"} else None


@app.get("/.well-known/openid-configuration")
def discovery() -> dict[str, Any]:
    base = issuer()
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "jwks_uri": f"{base}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(KEYS),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        **behaviour.discovery,
    }


@app.get("/jwks")
def jwks() -> dict[str, Any]:
    return dict(KeySet(list(KEYS.values())).as_dict(private=False))


@app.get("/authorize")
def sign_in_page() -> str:
    """What a person sees in a browser: one button for each of the people."""
    server.get_consent_grant(end_user=None)
    buttons = (f'<button name="sub" value="{sub}">{sub}</button>' for sub in people)
    return f'<!doctype html><title>Sign in</title><form method="post">{"".join(buttons)}</form>'


@app.post("/authorize")
def authorize() -> Response:
    sub = request.form["sub"]
    response: Response = server.create_authorization_response(
        grant_user=sub, grant=server.get_consent_grant(end_user=sub)
    )
    return response


@app.post("/token")
def token() -> Response:
    response: Response = server.create_token_response()
    return response


@app.get("/userinfo")
@protect()  # type: ignore[untyped-decorator]
def userinfo() -> dict[str, Any]:
    given = tokens[request.headers["Authorization"].removeprefix("Bearer ")]
    return claims_of(given.sub, behaviour.userinfo)


@app.put("/control/people/<sub>")
def set_person(sub: str) -> dict[str, Any]:
    people[sub] = request.get_json()
    return people[sub]


@app.put("/control/behaviour")
def set_behaviour() -> dict[str, Any]:
    global behaviour  # noqa: PLW0603 - the server is one process with one behaviour
    behaviour = Behaviour(**request.get_json())
    calls.clear()
    return vars(behaviour)


@app.get("/control/calls")
def made_calls() -> list[str]:
    return calls


@app.post("/control/sign")
def sign() -> dict[str, str]:
    """A token as a provider's own mobile kit hands it to an app."""
    given = request.get_json()
    return {"id_token": signed({"iss": issuer(), **given["claims"]}, given["by"])}


def save_token(made: dict[str, Any], asked: Any) -> None:
    tokens[made["access_token"]] = Token(made["access_token"], made["scope"], asked.user)


server.init_app(app, query_client=Client, save_token=save_token)
server.register_grant(Grant, [Identity(), CodeChallenge(required=True)])
server.register_extension(Issuer())
protect.register_token_validator(Validator())

if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), threaded=True)
