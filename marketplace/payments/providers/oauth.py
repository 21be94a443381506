"""OAuth 2.0 client credentials (RFC 6749 §4.4): one token, renewed in time and on 401."""

import base64
import threading
import time
from collections.abc import Generator, Mapping
from urllib.parse import quote, urlencode

import httpx
import orjson

from marketplace.payments.providers.protocol import ProviderUnknown

RENEW_BEFORE_SECONDS = 60.0
SHORTEST_LIFE_SECONDS = 5.0


class ClientCredentials(httpx.Auth):
    """Puts a bearer token on every request. The secret and the token stay in this object: neither
    shows in its ``repr``, in an error or in a log.

    A 401 to a token that we held says that the provider forgot it: nothing was done, so the request
    is sent once more, with the same body and key, under a new token.
    """

    def __init__(
        self,
        *,
        token_url: str,
        client_id: str,
        client_secret: str,
        timeout_seconds: float,
        secret_in_form: bool = False,
        form: Mapping[str, str] | None = None,
    ) -> None:
        self._token_url = token_url
        self._form = {"grant_type": "client_credentials", **(form or {})}
        self._headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if secret_in_form:
            self._form |= {"client_id": client_id, "client_secret": client_secret}
        else:
            # RFC 6749 §2.3.1: both are form-encoded before they are joined.
            pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        self._timeout = httpx.Timeout(timeout_seconds).as_dict()
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._held()
        if not token:
            token = self._keep((yield self._token_request()))
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._forget(token)
            token = self._keep((yield self._token_request()))
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _held(self) -> str:
        with self._lock:
            return self._token if time.monotonic() < self._renew_at else ""

    def _forget(self, token: str) -> None:
        # Only this one: another thread may have fetched a newer token meanwhile.
        with self._lock:
            if self._token == token:
                self._token = ""
                self._renew_at = 0.0

    def _token_request(self) -> httpx.Request:
        # A request of our own making has no limits but those given here.
        return httpx.Request(
            "POST",
            self._token_url,
            content=urlencode(self._form).encode(),
            headers=self._headers,
            extensions={"timeout": self._timeout},
        )

    def _keep(self, response: httpx.Response) -> str:
        if response.status_code in (400, 401, 403):
            # Our credentials are wrong: nothing happened, and nothing will until that is mended.
            raise ProviderUnknown("the provider refuses our credentials", code="unauthorized")
        # Only this answer is read here: the provider's own is read under the caller's limits.
        response.read()
        try:
            body = orjson.loads(response.content)
            token, life_seconds = str(body["access_token"]), float(body["expires_in"])
        except (ValueError, KeyError, TypeError):
            # Without its cause: the answer may hold a token.
            raise ProviderUnknown("no token from the provider", code="no_token") from None
        wait_seconds = max(life_seconds - RENEW_BEFORE_SECONDS, SHORTEST_LIFE_SECONDS)
        with self._lock:
            self._token, self._renew_at = token, time.monotonic() + wait_seconds
        return token
