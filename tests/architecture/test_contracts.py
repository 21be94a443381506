"""The import contract of our own finds what it should find, and only that."""

import pytest
from grimp import ImportGraph

from tests.architecture.contracts import PublicFaceContract

CONTRACT = PublicFaceContract(
    name="face",
    session_options={"root_packages": ["marketplace"]},
    contract_options={
        "package": "marketplace",
        "face": ["services", "queries", "events"],
        "shared": ["core"],
        "compositors": ["config", "gateway"],
        "compositor_face": ["api"],
    },
)


def is_kept(importer: str, imported: str) -> bool:
    graph = ImportGraph()
    graph.add_import(importer=importer, imported=imported)
    return CONTRACT.check(graph, verbose=False).kept


@pytest.mark.parametrize(
    "imported",
    [
        "marketplace.payments.services",
        "marketplace.payments.services.release_escrow",
        "marketplace.payments.queries",
        "marketplace.payments.events",
        "marketplace.core.money",
        "marketplace.orders.models",
        "django.db",
    ],
)
def test_a_service_may_import_what_another_one_shows(imported: str) -> None:
    assert is_kept("marketplace.orders.services.confirm_receipt", imported)


@pytest.mark.parametrize("part", ["models", "repositories", "api.views", "admin", "ledger"])
def test_a_service_may_not_import_what_another_one_keeps_private(part: str) -> None:
    assert not is_kept("marketplace.orders.services.pay", f"marketplace.payments.{part}")


def test_only_what_puts_services_together_imports_their_apis() -> None:
    assert is_kept("marketplace.gateway.routing", "marketplace.orders.api.urls")
    assert not is_kept("marketplace.gateway.routing", "marketplace.orders.models")
    assert not is_kept("marketplace.messaging.api", "marketplace.orders.api.urls")


def test_tests_may_build_what_they_need() -> None:
    assert is_kept("marketplace.orders.tests.factories", "marketplace.users.models")
