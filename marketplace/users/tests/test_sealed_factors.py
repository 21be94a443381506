"""Secrets of second factors are found by the rotation of keys, and stay readable through it."""

import base64
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from marketplace.core.security import Undecipherable
from marketplace.core.security.sealed import sealed_stores
from marketplace.users.sealed_factors import SealedSecrets
from marketplace.users.tests.authenticator import give_totp, secret_of
from marketplace.users.tests.factories import make_user

OLD = "1:" + base64.b64encode(b"o" * 32).decode()
NEW = "2:" + base64.b64encode(b"n" * 32).decode()


@pytest.mark.django_db
def test_a_rotation_reseals_apps_and_recovery_codes_and_nothing_else(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    user = make_user()
    secret, codes = give_totp(user), RecoveryCodes.activate(user)
    used, kept = codes.generate_codes()[:2]
    assert codes.validate_code(used)
    store = next(store for store in sealed_stores() if store.name == SealedSecrets.name)
    assert dict(store.count_by_key()) == {1: 2}

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    first = store.reseal(after=None, limit=1)
    second = store.reseal(after=first.last, limit=100)

    assert (first.resealed, second.resealed, second.last) == (1, 1, None)
    assert dict(store.count_by_key()) == {2: 2}
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert secret_of(user) == secret
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    assert not row.wrap().validate_code(used)
    assert row.wrap().validate_code(kept)
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    with pytest.raises(Undecipherable):
        secret_of(user)
