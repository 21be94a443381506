"""Two people trade, are erased, and nothing of them is left anywhere; the books stay as they were.

    .venv/bin/python -m pytest tests/assurance/test_erasure.py -n 0 -s

Every personal field is filled over HTTP with words that occur nowhere else. After the erasure they
are looked for in a dump of the database (also inside binary columns, and in sealed ones after
opening them), in the cache, in the uploaded files and in the logs.
"""

import secrets
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from demo.api import Api, wait_for
from demo.people import PASSWORD
from demo.sale import Sale
from launcher.postgres import OWNER
from launcher.stack import Stack
from marketplace.core.testing.figures import publish
from tests.assurance.lookout import (
    Canaries,
    dump,
    found_in,
    german_iban,
    look_everywhere,
    run,
    word,
)
from tests.running import Platform

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e"), pytest.mark.timeout(600)]

BOOKS = (
    "payments_ledger_account",
    "payments_ledger_journal",
    "payments_ledger_entry",
    "payments_ledger_balance",
    "payments_payment_event",
    "payments_seal",
    "payments_seal_leaf",
)
KEPT_BY_LAW: dict[str, set[str]] = {
    "database": {"payments_bank_account: bank name"},
    "sealed columns": {"account holder", "iban"},
    "cache": set(),
    "files": set(),
    "logs": set(),
}
"""Where money went to, for as long as the laws against money laundering say."""
NO_WAITING = """
from marketplace.core import clock
from marketplace.core.retention import write_missing_policies
from marketplace.core.models import RetentionPolicy
write_missing_policies()
RetentionPolicy.objects.filter(name="users.erasure_cooling_off").update(days=0)
"""
NOTHING_KEPT = """
from marketplace.core.models import RetentionPolicy
RetentionPolicy.objects.filter(name="payments.bank_accounts").update(days=0)
"""


def join(platform: Platform, canaries: Canaries, user_type: str) -> Api:
    """Somebody whose every field is a canary."""
    who = user_type.lower()
    email = f"{canaries.put(f'{who} email')}@e2e.fairhold.test"
    api = Api(platform.base_url)
    names = {name: canaries.put(f"{who} {name}") for name in ("first_name", "last_name")}
    phone = canaries.put(f"{who} phone_number", f"+2547{secrets.randbelow(10**8):08}")
    api.sign_up(email=email, password=PASSWORD, user_type=user_type, phone_number=phone, **names)
    api.verify_email(email)
    # The header is a place where people do not look for what they left behind.
    api._http.headers["User-Agent"] = canaries.put(f"{who} user agent")
    api.sign_in(email, PASSWORD)
    api.patch(
        "/api/v1/users/me/profile/",
        {
            "bio": canaries.put(f"{who} bio"),
            "address": {
                "line1": canaries.put(f"{who} line1"),
                "city": canaries.put(f"{who} city"),
                "region": canaries.put(f"{who} region"),
                "country": "KE",
            },
            "social_links": {"website": f"https://{canaries.put(f'{who} social link')}.example"},
        },
    )
    return api


def trade(platform: Platform, canaries: Canaries) -> tuple[Api, Api]:
    """A whole sale, one that was called off in words, and the money paid out."""
    buyer, seller = join(platform, canaries, "BUYER"), join(platform, canaries, "SELLER")
    listing = {
        "description": canaries.put("listing description"),
        "specifications": {"Maker": canaries.put("listing specification")},
        "inventory_count": 5,
    }
    product = platform.product(seller, **listing)
    sale = Sale(buyer, seller)
    place(sale, product, canaries)
    sale.cancel(buyer, canaries.put("reason of the cancellation"))
    place(sale, product, canaries)
    sale.pay()
    sale.accept()
    number = canaries.put("tracking number", word().upper())
    seller.post(f"{sale.path}ship/", {"carrier": "sandbox", "tracking_number": number})
    buyer.post(f"{sale.path}deliver/", {"note": canaries.put("note at delivery")})
    sale.confirm()
    withdraw_all(seller, canaries)
    return buyer, seller


def place(sale: Sale, product: Mapping[str, Any], canaries: Canaries) -> None:
    address = {
        name: canaries.put(f"shipping {name}")
        for name in ("recipient", "line1", "line2", "city", "region", "postal_code", "phone")
    }
    basket = {
        "items": [{"product_id": product["id"], "quantity": 1}],
        "shipping_address": {**address, "country": "KE"},
        "shipping_method": "standard",
        "notes": canaries.put("order notes"),
    }
    (sale.order,) = sale.buyer.post("/api/v1/orders/", basket)["orders"]


def withdraw_all(seller: Api, canaries: Canaries) -> None:
    account = seller.post_approved(
        "/api/v1/wallet/bank-accounts/",
        "bank_account",
        {
            "account_holder": canaries.put("account holder"),
            "iban": canaries.put("iban", german_iban()),
            "bank_name": canaries.put("bank name"),
            "currency": "EUR",
        },
    )
    body = {
        "amount": wait_for(lambda: positive(seller.available()), "the seller's money"),
        "currency": "EUR",
        "bank_account_id": account["id"],
    }
    seller.post_approved("/api/v1/wallet/withdrawals/", "withdrawal", body)

    def is_paid() -> bool:
        rows = seller.get("/api/v1/wallet/withdrawals/")["results"]
        return bool(rows) and all(row["status"] == "PAID" for row in rows)

    wait_for(is_paid, "the withdrawal", 60)


def positive(amount: str) -> str:
    return "" if float(amount) == 0 else amount


def audit(platform: Platform) -> str:
    done = platform.run("manage.py", "audit_ledger")
    return "" if done.returncode == 0 else done.stdout[-3000:] + done.stderr[-1000:]


def books(stack: Stack) -> str:
    """Every row of the books, byte for byte; in order, because a dump promises none."""
    dumped = dump(stack, *(f"--table={table}" for table in BOOKS)).splitlines()
    # The program marks each of its dumps with a key of its own.
    return "\n".join(sorted(line for line in dumped if not line.startswith("\\")))


def settled_books(stack: Stack) -> str:
    """The books once nothing moves in them any more: seals come a moment after."""
    seen = [books(stack)]

    def is_still() -> bool:
        seen.append(books(stack))
        return seen[-1] == seen[-2]

    wait_for(is_still, "the books to stand still", 60)
    return seen[-1]


def test_an_erased_person_is_nowhere_and_the_books_are_unchanged(
    watched: Stack, watched_platform: Platform
) -> None:
    stack, platform = watched, watched_platform
    canaries = Canaries()
    run(platform, NO_WAITING)
    buyer, seller = trade(platform, canaries)
    bystander = platform.person("BUYER")
    assert found_in(dump(stack), canaries) >= {"buyer email", "shipping line1", "order notes"}
    assert audit(platform) == ""
    before = settled_books(stack)

    for person in (buyer, seller):
        approval = person.approve("privacy", {"action": "erase_account"})
        person.post("/api/v1/users/me/erasure/", step_up=approval)
    for _ in range(3):
        done = platform.run("manage.py", "run_job", "users.erase_people")
        assert done.returncode == 0, done.stderr[-2000:]
    wait_for(lambda: not pending_events(stack), "the events of the erasure", 60)

    kept = look_everywhere(stack, platform, canaries)
    assert {place: kept[place] - by_law for place, by_law in KEPT_BY_LAW.items()} == {
        place: set() for place in KEPT_BY_LAW
    }
    assert before == settled_books(stack)
    assert audit(platform) == ""
    assert bystander.get("/api/v1/users/me/")["email"] == bystander.email

    run(platform, NOTHING_KEPT)
    done = platform.run("manage.py", "run_job", "users.erase_retained")
    assert done.returncode == 0, done.stderr[-2000:]
    left = look_everywhere(stack, platform, canaries)
    publish(
        "erasure of two people",
        canaries=len(canaries),
        kept_by_law=len(set().union(*kept.values())),
        hits_after_the_period={place: len(fields) for place, fields in left.items()},
        books_bytes=len(before),
        books_changed=int(before != settled_books(stack)),
        audit_differences=int(bool(audit(platform))),
    )
    assert {place: fields for place, fields in left.items() if fields} == {}


def pending_events(stack: Stack) -> int:
    assert stack.postgres is not None
    done = subprocess.run(
        [
            str(stack.postgres.program("psql")),
            stack.postgres.url(OWNER),
            "-Atc",
            "SELECT count(*) FROM core_outbox_event WHERE published_at IS NULL AND dead_at IS NULL",
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    return int(done.stdout)
