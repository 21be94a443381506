"""What knowing the caller costs, and whether refusals take as long for known as for unknown people.

    python -m bench.sign_in [tries] [--only NAME …] [--json FILE]

Runs in a test database with the real Argon2 settings. Prints a table and JSON. 500 tries of
everything take seven quiet minutes, most of them for hashes; ``--only`` measures some of it.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.figures import keep

TRIES = 500
WARM_UP = 20
AUTHENTICATIONS = 20_000
NUMBER = "+254711000000"
ANSWERS: dict[str, tuple[str, dict[str, str], bool]] = {
    "sign_in": ("sign-in", {"password": "a wrong password"}, False),
    "sign_up": ("sign-up", {"first_name": "A"}, False),
    "reset": ("password/reset", {}, False),
    "resend": ("resend-verification", {}, False),
    "code": ("code", {}, False),
    "code_by_text": ("code", {}, True),
    "sign_up_by_text": ("phone/sign-up", {"first_name": "A"}, True),
}
"""What must not tell known from unknown: its path, what is sent, whether to a number."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tries", nargs="?", type=int, default=TRIES)
    parser.add_argument("--only", nargs="+", choices=ANSWERS, default=list(ANSWERS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.test")
    import django
    from django.conf import settings

    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.EMAIL_BACKEND = "marketplace.notifications.email.QueueBackend"
    # An attempt over the limit would be refused before the work that is measured.
    settings.ACCOUNT_RATE_LIMITS = False
    settings.SMS_PER_DAY = 10**6
    from django.test.utils import get_runner, setup_test_environment

    backend = settings.EMAIL_BACKEND
    setup_test_environment()
    settings.EMAIL_BACKEND = backend
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        figures = {**cost_of_knowing_the_caller(), **enumeration(options.tries, options.only)}
    finally:
        runner.teardown_databases(databases)
    for name, value in figures.items():
        print(f"{name:28} {value:10.2f}")
    keep({"bench": "sign_in", **figures}, options.json)


def cost_of_knowing_the_caller() -> dict[str, float]:
    """CPU and wall time, in microseconds, of one authenticated request's first step."""
    from django.test import RequestFactory
    from rest_framework.request import Request

    from marketplace.users import tokens
    from marketplace.users.api.authentication import JWTAuthentication
    from marketplace.users.tests.factories import make_user, sign_in
    from marketplace.users.tokens import TokenUse

    token = sign_in(make_user()).access_token
    request = Request(RequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {token}"))
    authentication = JWTAuthentication()

    def per_call(step: Callable[[], Any]) -> tuple[float, float]:
        for _ in range(WARM_UP):
            step()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(AUTHENTICATIONS):
            step()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return cpu / AUTHENTICATIONS * 1e6, wall / AUTHENTICATIONS * 1e6

    read_cpu, _ = per_call(lambda: tokens.read(token, TokenUse.ACCESS))
    cpu, wall = per_call(lambda: authentication.authenticate(request))
    return {
        "token_read_cpu_us": read_cpu,
        "authenticate_cpu_us": cpu,
        "authenticate_wall_us": wall,
    }


def enumeration(tries: int, names: Sequence[str]) -> dict[str, float]:
    """Median milliseconds of each answer that must not tell known from unknown, taken in turns.

    Whoever goes first changes with every pair, so that neither has the warmer caches. Beside the
    difference of the medians there is the median of the differences, which a busy machine moves
    less.
    """
    from rest_framework.test import APIClient

    from marketplace.core import clock
    from marketplace.core.testing.figures import publish
    from marketplace.users.tests.factories import PASSWORD, make_user

    make_user(email="known@example.com", phone_number=NUMBER, phone_verified_at=clock.now())
    client = APIClient()

    def post(path: str, body: Mapping[str, str]) -> float:
        started = time.perf_counter()
        status = client.post(f"/api/v1/auth/{path}/", body).status_code
        taken_ms = (time.perf_counter() - started) * 1e3
        if status not in {202, 401}:
            raise SystemExit(f"{path} answered {status}: nothing was measured")
        return taken_ms

    figures: dict[str, float] = {}
    for name in names:
        path, body, by_text = ANSWERS[name]
        if name == "sign_up":
            body = {**body, "password": PASSWORD}
        known: list[float] = []
        unknown: list[float] = []
        for attempt in range(tries + WARM_UP):
            mine = {"phone_number": NUMBER} if by_text else {"email": "known@example.com"}
            theirs = {"email": f"{name}{attempt}@example.com"}
            if by_text:
                theirs = {"phone_number": f"+25472{attempt:07}"}
            turns = [(known, {**body, **mine}), (unknown, {**body, **theirs})]
            for taken, what in turns if attempt % 2 else reversed(turns):
                taken.append(post(path, what))
        known, unknown = known[WARM_UP:], unknown[WARM_UP:]
        known_ms, unknown_ms = statistics.median(known), statistics.median(unknown)
        differences = [a - b for a, b in zip(known, unknown, strict=True)]
        paired = statistics.median(differences)
        error = _error_of_median(differences)
        figures[f"{name}_known_ms"] = known_ms
        figures[f"{name}_unknown_ms"] = unknown_ms
        figures[f"{name}_difference_ms"] = known_ms - unknown_ms
        figures[f"{name}_paired_ms"] = paired
        figures[f"{name}_paired_error_ms"] = error
        publish(
            f"{name} of somebody known and of a stranger",
            tries=tries,
            known_median_ms=round(known_ms, 2),
            unknown_median_ms=round(unknown_ms, 2),
            difference_ms=round(known_ms - unknown_ms, 2),
            median_of_differences_ms=round(paired, 2),
            error_ms=round(error, 2),
            promised_ms=5,
        )
    return figures


def _error_of_median(values: Sequence[float]) -> float:
    """As far as they are spread like noise: 1.25 standard errors of the mean."""
    return float(1.25 * statistics.stdev(values) / len(values) ** 0.5)


if __name__ == "__main__":
    main()
