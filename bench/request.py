"""Processor time of one trivial signed-in request through the whole stack, without a server.

    DATABASE_URL=… python -m bench.request [--path /api/v1/users/me/] [--count 2000]

Run on a migrated database of its own: it makes a user. ``--all-middleware`` sends the request
through the browser's middleware, too, for comparison; ``--profile`` shows where the time goes.
"""

import argparse
import cProfile
import io
import os
import pstats
import time
from pathlib import Path
from typing import Any

import django

from bench.figures import keep


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", default="/api/v1/tests/me/")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--all-middleware", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    django.setup()
    from django.conf import settings

    settings.ROOT_URLCONF = "marketplace.core.tests.urls"
    if options.all_middleware:
        settings.BROWSER_PREFIXES = ("/api/",)
    call = _caller(options.path)
    for _ in range(100):
        call()
    if options.profile:
        profiler = cProfile.Profile()
        profiler.runcall(_repeat, call, options.count)
        pstats.Stats(profiler).sort_stats("cumtime").print_stats(60)
        return
    wall, cpu = time.perf_counter(), time.process_time()
    _repeat(call, options.count)
    cpu = time.process_time() - cpu
    wall = time.perf_counter() - wall
    figures = {
        "path": options.path,
        "all middleware": options.all_middleware,
        "requests": options.count,
        "processor ms each": round(cpu / options.count * 1000, 3),
        "wall ms each": round(wall / options.count * 1000, 3),
    }
    for name, value in figures.items():
        print(f"{name:20} {value}")
    keep(figures, options.json)


def _repeat(call: Any, count: int) -> None:
    for _ in range(count):
        call()


def _caller(path: str) -> Any:
    from django.core.wsgi import get_wsgi_application

    from marketplace.users.models import User

    email = "bench@shop.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    application = get_wsgi_application()

    def call() -> None:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_X_TEST_USER": str(user.pk),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
        }
        statuses: list[str] = []

        def start_response(status: str, *_: Any) -> Any:
            statuses.append(status)

        response: Any = application(environ, start_response)
        b"".join(response)
        response.close()
        if not statuses[0].startswith("200"):
            raise SystemExit(f"{path}: {statuses[0]}")

    return call


if __name__ == "__main__":
    main()
