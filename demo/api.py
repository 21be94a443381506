"""A small client of the public API, as a shop's own web or mobile client would have."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx

Json = dict[str, Any]
T = TypeVar("T")

TIMEOUT_SECONDS = 30.0


class Refused(Exception):
    """The API answered a problem document."""

    def __init__(self, problem: Json, request: httpx.Request) -> None:
        self.problem = problem
        self.code = problem.get("code", "")
        errors = problem.get("errors", "")
        super().__init__(
            f"{request.method} {request.url.path}: {problem.get('status')} {self.code}: "
            f"{problem.get('detail')} {errors}".strip()
        )


class NeverHappened(Exception):
    """What was waited for did not come in time."""


class Api:
    """One person's session, or a stranger's when nobody has signed in."""

    def __init__(self, base_url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=base_url, timeout=TIMEOUT_SECONDS, transport=transport, trust_env=False
        )
        self.email = ""
        self.user: Json = {}

    def sign_up(self, *, email: str, password: str, user_type: str, **names: str) -> Json:
        body = {"email": email, "password": password, "user_type": user_type, **names}
        return self.post("/api/v1/auth/sign-up/", body)

    def verify_email(self, email: str) -> None:
        """Open the newest verification mail of the development outbox and use its key."""
        key = wait_for(lambda: self._newest_key(email), f"a verification mail to {email}")
        self.post("/api/v1/auth/verify-email/", {"key": key})

    def _newest_key(self, email: str) -> str:
        mails = self.get("/dev/outbox/messages.json", to=email)["messages"]
        keys = [mail["key"] for mail in mails if mail.get("key")]
        return keys[0] if keys else ""

    def sign_in(self, email: str, password: str) -> "Api":
        answer = self.post("/api/v1/auth/sign-in/", {"email": email, "password": password})
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        self.email, self.user = email, answer["user"]
        return self

    def with_key(self, api_key: str) -> "Api":
        """Call as a merchant of the sandbox provider, not as a person."""
        self._http.headers["Authorization"] = f"Bearer {api_key}"
        return self

    def exists(self, path: str) -> bool:
        return self._http.get(path).status_code == httpx.codes.OK

    def get(self, path: str, **query: Any) -> Json:
        # None, for an empty mapping would take away the query that stands in the path.
        return self._answer(self._http.get(path, params=query or None))

    def post(
        self, path: str, body: Json | None = None, *, key: str | None = None, step_up: str = ""
    ) -> Json:
        headers = {"Idempotency-Key": key or str(uuid4())}
        if step_up:
            headers["Step-Up"] = step_up
        return self._answer(self._http.post(path, json=body or {}, headers=headers))

    def post_approved(self, path: str, purpose: str, body: Json) -> Json:
        """Approve exactly this with the code from the letter that names it, then do it."""
        return self.post(path, body, step_up=self.approve(purpose, body))

    def approve(self, purpose: str, details: Json) -> str:
        """With the code from the letter; returns what to send as the header ``Step-Up``."""
        asked = self.post("/api/v1/auth/step-ups/", {"purpose": purpose, "details": details})
        answer = {"factor": "email_code", "code": self._newest_key(self.email)}
        self.post(f"/api/v1/auth/step-ups/{asked['id']}/confirm/", answer)
        return str(asked["id"])

    def patch(self, path: str, body: Json) -> Json:
        return self._answer(self._http.patch(path, json=body))

    def put(self, path: str, body: Json) -> Json:
        return self._answer(self._http.put(path, json=body))

    def upload(self, path: str, name: str, file: Path, method: str = "POST", **fields: str) -> Json:
        with file.open("rb") as content:
            return self._answer(
                self._http.request(method, path, data=fields, files={name: (file.name, content)})
            )

    def pay_on_hosted_page(self, url: str, outcome: str = "pay", card: str = "") -> None:
        """Press a button on the provider's page, as the buyer's browser would; with a card of that
        name."""
        answer = self._http.post(
            url,
            data={"outcome": outcome, "card": card},
            headers={"Authorization": ""},
            follow_redirects=False,
        )
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise NeverHappened(f"the payment page answered {answer.status_code}")

    def top_up(self, amount: str, currency: str = "EUR") -> Json:
        """Put money into the own wallet, as far as the provider's page."""
        body = {"amount": amount, "currency": currency, "return_url": "http://127.0.0.1/"}
        return self.post("/api/v1/wallet/top-ups/", body)

    def available(self, currency: str = "EUR") -> str:
        """What is in the own wallet."""
        wallets = self.get("/api/v1/wallet/")["results"]
        return next((w["available"] for w in wallets if w["currency"] == currency), "0.00")

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _answer(response: httpx.Response) -> Json:
        if response.status_code >= httpx.codes.BAD_REQUEST:
            try:
                problem = response.json()
            except ValueError:
                problem = {"status": response.status_code, "detail": response.text[:300]}
            raise Refused(problem, response.request)
        return response.json() if response.content else {}


def wait_for(ask: Callable[[], T], what: str, seconds: float = 20.0) -> T:
    """Ask until the answer is true; raise after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.05)
    raise NeverHappened(f"waited {seconds:g} s for {what}")
