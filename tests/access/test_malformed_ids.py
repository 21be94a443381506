"""No page of the admin fails on an id that is none, or that nothing has."""

import re
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from marketplace.core.testing import figures
from marketplace.users.tests.factories import make_admin

PART = re.compile(r"<(?:(\w+):)?(\w+)>")
NAMES = ("abc", "9" * 40, str(uuid4()), "%00")
REASON = {"reason": "Because"}


def addresses(resolver: URLResolver, prefix: str) -> set[str]:
    """Every address below this one, as the URL conf writes it: ``<path:object_id>/change/``."""
    found = set()
    for entry in resolver.url_patterns:
        if not isinstance(entry.pattern, RoutePattern):
            # Django's own two: the list of an app, and whatever nothing else answers.
            continue
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found |= addresses(entry, path)
        elif isinstance(entry, URLPattern):
            found.add(path)
    return found


ADMIN = sorted(path for path in addresses(get_resolver(), "/") if path.startswith("/admin/"))


def test_the_walk_finds_the_pages_of_a_row() -> None:
    """Nothing is left out in silence: the buttons of a page, and its own addresses, are there."""
    assert {
        "/admin/payments/payout/<path:object_id>/approve/",
        "/admin/payments/payout/<path:object_id>/change/",
        "/admin/orders/order/<path:object_id>/refund/",
        "/admin/payments/ledgeraccount/<int:account_id>/statement/",
        "/admin/verification/verificationcase/<uuid:case_id>/do/<slug:name>/",
    } <= set(ADMIN)


@pytest.mark.django_db
def test_no_address_of_the_admin_fails_on_a_malformed_or_absent_id() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_admin(), backend="marketplace.users.adapter.AccountBackend")
    failed, asked = [], 0
    for path in (path for path in ADMIN if PART.search(path)):
        for name in NAMES:
            address = PART.sub(name, path)
            for ask in (client.get, client.post):
                asked += 1
                if (answer := ask(address, REASON)).status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    failed.append(f"{ask.__name__.upper()} {address}: {answer.status_code}")
    assert not failed, "\n".join(failed)
    figures.publish("malformed ids in the admin's addresses", asked=asked, failed=len(failed))
