"""Card numbers, tokens, account numbers and passwords go into every request; none is kept.

    .venv/bin/python -m pytest tests/assurance/test_canaries.py -n 0 -s

In the right places they are sealed or hashed; in the wrong ones (another member, the query, a
header, the path, the name of a file) the request is refused, or the value is let go. Afterwards a
dump of the whole database (events for the broker, search columns and stored answers with it), the
cache, the uploaded files and the logs are searched for each of them.
"""

import base64
import json
import secrets
from collections.abc import Iterator

import httpx
import pytest

from demo.people import PASSWORD
from launcher.stack import Stack
from marketplace.core.logs import passes_luhn
from marketplace.core.testing.figures import publish
from tests.assurance.lookout import Canaries, dump, found_in, german_iban, look_everywhere, word
from tests.running import Platform

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(600)]

LAMP = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def card(prefix: str = "4", length: int = 16) -> str:
    while True:
        rest = length - len(prefix)
        digits = prefix + "".join(secrets.choice("0123456789") for _ in range(rest))
        if passes_luhn(digits):
            return digits


def token() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    body = base64.urlsafe_b64encode(json.dumps({"sub": word()}).encode()).decode().rstrip("=")
    return f"{head}.{body}.{secrets.token_urlsafe(32)}"


def one_of_each(canaries: Canaries, where: str) -> Iterator[str]:
    """Fresh ones for every place, so that a hit says where it came from."""
    yield canaries.put(f"card in {where}", card())
    yield canaries.put(f"American Express card in {where}", card("37", 15))
    yield canaries.put(f"token in {where}", token())
    yield canaries.put(f"IBAN in {where}", german_iban())


def seed(platform: Platform, canaries: Canaries) -> int:  # noqa: C901 - one place after another
    """Send them everywhere; returns how many requests that took."""
    seller, buyer = platform.person("SELLER"), platform.person("BUYER")
    product = platform.product(seller, inventory_count=50)
    bearer = {"Authorization": seller._http.headers["Authorization"]}
    buyers = {"Authorization": buyer._http.headers["Authorization"]}
    sent = 0
    with httpx.Client(base_url=platform.base_url, timeout=30, trust_env=False) as http:

        def send(method: str, path: str, **how: object) -> httpx.Response:
            nonlocal sent
            sent += 1
            answer = http.request(method, path, **how)  # type: ignore[arg-type]
            assert answer.status_code < 500, (method, path, answer.text[:300])
            return answer

        def write(path: str, body: object, headers: dict[str, str], method: str = "POST") -> None:
            key = {"Idempotency-Key": secrets.token_hex(16)}
            send(method, path, json=body, headers={**headers, **key})

        # First, because guesses below shut the door for a while.
        signed = send("POST", SIGN_IN, json=wrong(buyer.email, PASSWORD)).json()
        for name in ("access_token", "refresh_token"):
            canaries.put(f"the real {name}", signed[name])
        send("POST", "/api/v1/auth/refresh/", json={"refresh_token": signed["refresh_token"]})
        for text in one_of_each(canaries, "a listing's title"):
            write("/api/v1/products/", {**LISTING, "title": f"Lamp {text}"}, bearer)
        for text in one_of_each(canaries, "a listing's description"):
            write("/api/v1/products/", {**LISTING, "description": f"Pay to {text} now"}, bearer)
        for text in one_of_each(canaries, "a listing's specification"):
            write("/api/v1/products/", {**LISTING, "specifications": {"Pay": text}}, bearer)
        for text in one_of_each(canaries, "a profile"):
            write("/api/v1/users/me/profile/", {"bio": text}, bearer, "PATCH")
        for text in one_of_each(canaries, "a name"):
            write("/api/v1/users/me/", {"first_name": text[:90]}, bearer, "PATCH")
        for text in one_of_each(canaries, "an order's notes"):
            write("/api/v1/orders/", {**basket(product["id"]), "notes": text}, buyers)
        for text in one_of_each(canaries, "a shipping address"):
            placed = basket(product["id"])
            address = {**placed["shipping_address"], "line2": text[:190]}  # type: ignore[dict-item]
            write("/api/v1/orders/", {**placed, "shipping_address": address}, buyers)
        for text in one_of_each(canaries, "a member nobody reads"):
            write("/api/v1/products/", {**LISTING, "card_number": text, text[:60]: "x"}, bearer)
        for text in one_of_each(canaries, "broken JSON"):
            broken = b'{"title": "' + text.encode()
            kind = {"Content-Type": "application/json"}
            send("POST", "/api/v1/products/", content=broken, headers={**bearer, **kind})
        for text in one_of_each(canaries, "the query"):
            send("GET", "/api/v1/products/", params={"q": text})
            send("GET", "/api/v1/products/", params={"token": text, "iban": text})
            send("GET", "/api/v1/orders/", params={"cursor": text}, headers=buyers)
        for text in one_of_each(canaries, "the path"):
            send("GET", f"/api/v1/products/{text}/")
            send("GET", f"/api/v1/users/{text}/")
            send("GET", f"/{text}")
        for text in one_of_each(canaries, "headers"):
            for name in ("User-Agent", "Referer", "X-Request-ID", "X-Card", "Accept-Language"):
                send("GET", "/api/v1/users/me/", headers={**bearer, name: text})
            send("GET", "/api/v1/users/me/", headers={"Authorization": f"Bearer {text}"})
            send("GET", "/api/v1/users/me/", headers={**bearer, "Cookie": f"sessionid={text}"})
            key = {"Idempotency-Key": text, **buyers}
            send("POST", "/api/v1/orders/", json=basket(product["id"]), headers=key)
            send("POST", SIGN_IN, json=wrong(seller.email, PASSWORD), headers={"User-Agent": text})
        for text in one_of_each(canaries, "the name of a file"):
            files = {"image": (f"{text}.png", LAMP, "image/png"), text[:40]: ("x", b"x")}
            path = f"/api/v1/products/{product['id']}/images/"
            send("POST", path, files=files, headers=bearer)
        for text in one_of_each(canaries, "a return address"):
            order = buyer.post("/api/v1/orders/", basket(product["id"]))["orders"][0]
            body = {"payment_method": "card", "return_url": f"https://shop.example/?card={text}"}
            write(f"/api/v1/orders/{order['id']}/pay/", body, buyers)
        for text in one_of_each(canaries, "a password"):
            send("POST", SIGN_IN, json=wrong(seller.email, text))
            send("POST", SIGN_IN, json={"email": text, "password": text})
        for where in ("sign-in", "sign-up", "reset", "change", "query", "unknown member", "header"):
            secret = canaries.put(f"password in {where}", f"{word()} {word()}")
            send_password(send, where, secret, bearer, seller.email)
        account = {"account_holder": "Holder of it", "currency": "EUR"}
        iban = canaries.put("IBAN in its own place", german_iban())
        seller.post_approved(
            "/api/v1/wallet/bank-accounts/", "bank_account", {**account, "iban": iban}
        )
    return sent


SIGN_IN = "/api/v1/auth/sign-in/"
LISTING = {"title": "Lamp", "price": "10.00", "currency": "EUR"}


def wrong(email: str, password: str) -> dict[str, str]:
    return {"email": email, "password": password}


def basket(product_id: str) -> dict[str, object]:
    return {
        "items": [{"product_id": product_id, "quantity": 1}],
        "shipping_address": {
            "recipient": "Recipient of it",
            "line1": "1 Market Street",
            "city": "Nairobi",
            "country": "KE",
        },
        "shipping_method": "standard",
    }


def send_password(
    send: object, where: str, secret: str, bearer: dict[str, str], email: str
) -> None:
    post = send
    assert callable(post)
    if where == "sign-in":
        post("POST", SIGN_IN, json=wrong(email, secret))
    elif where == "sign-up":
        fresh = f"{word()}@e2e.fairhold.test"
        post("POST", "/api/v1/auth/sign-up/", json={**wrong(fresh, secret), "first_name": "New"})
    elif where == "reset":
        body = {"key": "no-key-at-all", "password": secret}
        post("POST", "/api/v1/auth/password/reset/confirm/", json=body)
    elif where == "change":
        body = {"current_password": secret, "new_password": f"{secret} again"}
        post("POST", "/api/v1/auth/password/change/", json=body, headers=bearer)
    elif where == "query":
        post("GET", "/api/v1/products/", params={"password": secret})
    elif where == "header":
        post("GET", "/api/v1/users/me/", headers={**bearer, "X-Password": secret})
    else:
        body = {**LISTING, "password": secret}
        post("POST", "/api/v1/products/", json=body, headers=bearer)


def test_no_card_token_account_number_or_password_is_kept_anywhere(
    watched: Stack, watched_platform: Platform
) -> None:
    canaries = Canaries()

    sent = seed(watched_platform, canaries)

    hits = look_everywhere(watched, watched_platform, canaries)
    sealed = hits.pop("sealed columns")
    publish(
        "canaries in requests",
        requests=sent,
        canaries=len(canaries),
        **{f"hits in {place}": len(fields) for place, fields in hits.items()},
    )
    assert {place: fields for place, fields in hits.items() if fields} == {}
    # The search works: what was given in its own place is there, once it is opened.
    assert sealed == {"IBAN in its own place"}
    control = Canaries({"a word that is kept": "Recipient of it"})
    assert found_in(dump(watched), control)
