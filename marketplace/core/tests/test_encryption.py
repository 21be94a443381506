import base64
from typing import Any

import pytest

from marketplace.core.ids import new_id
from marketplace.core.security import Undecipherable, decrypt_field, encrypt_field, fingerprint
from marketplace.core.security.encryption import key_version

OLD = "1:" + base64.b64encode(b"a" * 32).decode()
NEW = "2:" + base64.b64encode(b"b" * 32).decode()
ROW = new_id()
PLACE: dict[str, Any] = {"model": "m", "row_id": ROW, "field": "f"}


def test_what_was_sealed_opens_in_its_place_only(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    sealed = encrypt_field("secret", **PLACE)
    assert b"secret" not in sealed
    assert decrypt_field(sealed, **PLACE) == "secret"
    for change in ({"model": "n"}, {"row_id": new_id()}, {"field": "g"}):
        with pytest.raises(Undecipherable):
            decrypt_field(sealed, **{**PLACE, **change})


def test_an_altered_byte_is_noticed(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    sealed = encrypt_field("secret", **PLACE)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(Undecipherable):
            decrypt_field(bytes(altered), **PLACE)
    with pytest.raises(Undecipherable):
        decrypt_field(b"", **PLACE)


def test_a_rotation_leaves_nothing_unreadable(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    sealed, known = encrypt_field("secret", **PLACE), fingerprint("secret", purpose="p")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt_field(sealed, **PLACE) == "secret"
    assert key_version(encrypt_field("secret", **PLACE)) == 2
    assert fingerprint("secret", purpose="p") == known
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Undecipherable, match="key version 1"):
        decrypt_field(sealed, **PLACE)


def test_a_key_of_another_length_is_refused(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["1:" + base64.b64encode(b"short").decode()]
    with pytest.raises(ValueError, match="32 bytes"):
        encrypt_field("secret", **PLACE)


def test_without_configured_keys_one_is_derived(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = []
    assert decrypt_field(encrypt_field("secret", **PLACE), **PLACE) == "secret"
