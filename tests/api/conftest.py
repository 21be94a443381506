"""The OpenAPI document, as a client developer gets it."""

from typing import Any

import pytest

from marketplace.payments.tests.conftest import provider
from tests.api.operations import Document, read_document

__all__ = ["provider"]


@pytest.fixture(scope="session")
def document() -> Document:
    return read_document()


@pytest.fixture(scope="session")
def schemas(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found
