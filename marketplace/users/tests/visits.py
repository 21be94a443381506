"""What a client of ours does with a provider, over our API and the provider's own pages."""

from typing import Any

from rest_framework.test import APIClient

from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client
from marketplace.users.tests.oidc import REDIRECT_URI, OidcServer
from marketplace.users.tests.step_ups import approve

SOCIAL = "/api/v1/auth/social/"
Answer = dict[str, str]


def set_out(name: str = "acme", *, client: APIClient | None = None) -> Any:
    """Begin a sign-in; as a signed-in client, begin to connect."""
    step = "connect/" if client else "authorize/"
    body = {"redirect_uri": REDIRECT_URI}
    return (client or APIClient()).post(f"{SOCIAL}{name}/{step}", body)


def visit(oidc: OidcServer, sub: str, name: str = "acme", *, client: Any = None) -> Answer:
    """Set out, sign in at the provider, and bring everything back that the callback wants."""
    begun = set_out(name, client=client).json()
    brought = oidc.sign_in(begun["authorization_url"], sub)
    return {"flow_token": begun["flow_token"], **brought}


def come_back(answer: Answer, name: str = "acme") -> Any:
    return APIClient().post(f"{SOCIAL}{name}/callback/", answer)


def sign_in_by(oidc: OidcServer, sub: str, name: str = "acme") -> Any:
    return come_back(visit(oidc, sub, name), name)


def nonce(name: str = "acme", *, client: APIClient | None = None) -> Answer:
    step = "connect/nonce/" if client else "nonce/"
    begun: Answer = (client or APIClient()).post(f"{SOCIAL}{name}/{step}").json()
    return begun


def bring_token(begun: Answer, name: str = "acme", **token: str) -> Any:
    body = {"flow_token": begun["flow_token"], **token}
    return APIClient().post(f"{SOCIAL}{name}/token/", body)


def approved(user: User, act: str, name: str = "acme") -> dict[str, Any]:
    """The header of somebody who has confirmed this with a second factor."""
    binding = {"action": f"{act}_provider", "provider": name}
    proof = approve(user, "factor_change", binding)
    return {"HTTP_STEP_UP": str(proof.step_up_id)}


def connect(oidc: OidcServer, user: User, sub: str, name: str = "acme") -> Any:
    client = authorized_client(user)
    answer = visit(oidc, sub, name, client=client)
    headers = approved(user, "connect", name)
    return client.post(f"{SOCIAL}{name}/connect/callback/", answer, **headers)


def disconnect(user: User, name: str = "acme") -> Any:
    client = authorized_client(user)
    return client.delete(f"{SOCIAL}accounts/{name}/", **approved(user, "disconnect", name))
