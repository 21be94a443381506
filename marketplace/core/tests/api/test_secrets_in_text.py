"""Card numbers, bank accounts and tokens pasted where they do not belong."""

from uuid import uuid4

import pytest

from marketplace.core.api.secrets_in_text import holds_secret, is_secret, may_hold_secret


@pytest.mark.parametrize(
    "text",
    [
        "my card 4111 1111 1111 1111 please",
        "5555-5555-5555-4444",
        "378282246310005",
        "30569309025904",
        "6011111111111117",
        "3530111333300000",
        "pay to DE89 3704 0044 0532 0130 00 today",
        "gb29nwbk60161331926819",
        "https://shop.example/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_finds_what_does_not_belong(text: str) -> None:
    assert holds_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # the check sum is wrong
        "4006381333931",  # a barcode of 13 figures that begins as a card
        "978-3-16-148410-0",
        "356938035643809",  # the number of a telephone, whose check sum is a card's
        "TRK4111111111111111",
        "0199a000-0000-7000-8000-0000000000e1",
        "+254 712 345 678",
        "Lamp of 1962, 40 W, 220 V, 120 x 40 x 40 mm",
        "DE89 3704 0044 0532 0130 01",
        "a quiet harbour at dawn",
        "",
    ],
)
def test_leaves_everything_else_alone(text: str) -> None:
    assert not holds_secret(text)


def test_members_that_are_made_for_one_are_left_to_their_own_checks() -> None:
    assert [n for n in ("iban", "password", "refresh_token", "key") if not may_hold_secret(n)] == []
    assert [n for n in ("title", "bio", "notes", "first_name") if may_hold_secret(n)] == []


def test_a_name_that_a_client_made_up_is_never_taken_for_one() -> None:
    assert [key for key in (str(uuid4()) for _ in range(20_000)) if is_secret(key)] == []
    assert is_secret("4111 1111 1111 1111")
    assert is_secret("DE89370400440532013000")
