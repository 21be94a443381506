"""How long an answer takes does not tell who has an account: 500 tries of each, in turns.

    FAIRHOLD_ENUMERATION_TRIES=500 .venv/bin/pytest -n 0 -s tests/assurance/test_enumeration.py

Time is no test of every run: `tests/sign_in/test_same_work.py` counts there what takes it.
"""

import os

import pytest
from pytest_django import Settings

from bench.sign_in import ANSWERS, enumeration

TRIES = int(os.environ.get("FAIRHOLD_ENUMERATION_TRIES", "0"))
PROMISED_MS = 5.0

pytestmark = [
    pytest.mark.skipif(not TRIES, reason="it measures time: `make assurance` does"),
    pytest.mark.django_db(transaction=True),
]


def test_the_medians_of_known_and_unknown_people_lie_together(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.EMAIL_BACKEND = "marketplace.notifications.email.QueueBackend"
    settings.ACCOUNT_RATE_LIMITS = False

    figures = enumeration(TRIES, list(ANSWERS))

    # What chance may add is taken off: a busy machine scatters the times of hashes by hundreds.
    apart = {
        name: abs(figures[f"{name}_paired_ms"]) - 3 * figures[f"{name}_paired_error_ms"]
        for name in ANSWERS
    }
    assert {name: ms for name, ms in apart.items() if ms > PROMISED_MS} == {}
