"""Canaries put into log lines, ours and the libraries', never come out."""

import io
import json
import logging
import logging.config
from typing import Any

import pytest
import structlog

from marketplace.core.context import caused_by
from marketplace.core.logs import MASK, logging_settings, mask_text, mask_value, passes_luhn

CANARIES = {
    "card": "4242 4242 4242 4242",
    "card without spaces": "5555555555554444",
    "card with dashes": "3782-822463-10005",
    "iban": "DE89 3704 0044 0532 0130 00",
    "iban without spaces": "GB82WEST12345698765432",
    "email": "first.last+shop@mail.example",
    "phone": "+254 700 000 000",
    "national phone": "(0)30 1234 5678",
    "bearer": "Bearer abcdef.0123456789",
    "jwt": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "password in a url": "postgres://app:hunter2hunter2@db/fairhold",
    "assigned": "password=correct-horse-battery",
    "assigned in json": '{"refresh_token": "r-123456789"}',
}
SECRET_PARTS = (
    "4242", "5555555555554444", "822463", "3704", "WEST1234", "first.last", "700 000", "1234 5678",
    "abcdef", "eyJzdWIi", "hunter2", "correct-horse", "r-123456789",
)  # fmt: skip


@pytest.fixture
def written() -> Any:
    """Log through the real configuration into a string."""
    stream = io.StringIO()
    configuration = logging_settings(level="DEBUG", as_json=True)
    configuration["handlers"]["stderr"]["stream"] = stream
    configuration["loggers"] = {}
    before = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(configuration)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


@pytest.mark.parametrize("text", CANARIES.values(), ids=CANARIES)
def test_a_canary_in_a_text_is_masked(text: str) -> None:
    masked = mask_text(f"before {text} after")

    assert MASK in masked
    assert not any(part in masked for part in SECRET_PARTS)
    assert masked.startswith("before ")


@pytest.mark.parametrize(
    "text",
    [
        "0198c0de-7a11-7000-8000-0123456789ab",
        "order 4242424242424241 moved",
        "2026-03-01T12:00:00.123456+00:00",
        "127.0.0.1:5432",
        "took 12.345 ms for 1250 rows",
        "DE00 3704 0044 0532 0130 00",
        "marketplace/orders/services/place_order.py:120",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "name",
    ["password", "new_password", "Authorization", "refresh_token", "api_key", "cvv", "iban",
     "account_number", "phone_number", "email", "first_name", "sessionid", "Cookie", "secret"],
)  # fmt: skip
def test_a_member_is_masked_by_its_name_at_any_depth(name: str) -> None:
    masked = mask_value({"body": [{name: "hunter2hunter2", "amount": 5}]})

    assert masked == {"body": [{name: MASK, "amount": 5}]}


def test_our_own_lines_are_masked_and_carry_the_request(written: Any) -> None:
    with caused_by("request-0001"):
        structlog.get_logger("marketplace.tests").warning(
            "signed_up", person="first.last+shop@mail.example", password="x" * 12, count=3
        )

    (line,) = written()
    assert line["event"] == "signed_up"
    assert line["person"] == MASK
    assert line["password"] == MASK
    assert line["count"] == 3
    assert line["request_id"] == "request-0001"
    assert line["level"] == "warning"


def test_lines_of_libraries_and_exceptions_are_masked(written: Any) -> None:
    log = logging.getLogger("some.library")
    log.info("card %s of %s", CANARIES["card"], CANARIES["email"])
    failure = ValueError(CANARIES["password in a url"])
    log.error("it failed for %s", CANARIES["iban"], exc_info=failure)

    text = json.dumps(written())
    assert text.count(MASK) >= 4
    assert not any(part in text for part in SECRET_PARTS)
    assert "ValueError" in text


def test_luhn_tells_cards_from_other_numbers() -> None:
    assert passes_luhn("4242424242424242")
    assert not passes_luhn("4242424242424241")
