"""The frame of a provider's fake: a real HTTP server with a state, that can be told to fail.

A fake inherits :class:`FakeServer` and marks its answers with :func:`route`. It speaks what the
provider documents and keeps its state in plain objects; one lock makes each request one step.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from marketplace.payments.tests.providers.contract import Trouble

LONGEST_SILENCE_SECONDS = 5
POLL_SECONDS = 0.02
Route = TypeVar("Route", bound=Callable[..., Any])


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw or b"{}")
        return body

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))

    def holds(self, text: str) -> bool:
        return text in self.path or text.encode() in self.raw or text in self.query.values()


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refused(Exception):
    """The fake's way of answering no from anywhere."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.answer = Answer(status, body)


def route(method: str, pattern: str) -> Callable[[Route], Route]:
    """This method answers such requests: ``(asked, **groups) -> body | Answer``."""

    def mark(function: Route) -> Route:
        function.route = (method, re.compile(pattern))  # type: ignore[attr-defined]
        return function

    return mark


class FakeServer:
    not_found: ClassVar[Any] = {"message": "not found"}
    failed: ClassVar[Any] = {"message": "internal error"}

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        """Every request, for tests that look at what was sent."""
        self.webhooks: list[tuple[bytes, dict[str, str]]] = []
        """Every webhook that would have been sent: raw body and headers."""
        self._troubles: list[tuple[str, str, Trouble]] = []
        self._lock = threading.RLock()
        self._silence = threading.Event()
        self._routes = [
            (*function.route, function)
            for name in dir(type(self))
            if hasattr(function := getattr(self, name), "route")
        ]

    def trouble(self, trouble: Trouble, text: str, path: str = "") -> None:
        """Spoil the next writing request that holds ``text``, at a path that begins so."""
        self._troubles.append((text, path, trouble))

    def before(self, asked: Asked) -> Answer | None:
        """Checked before every route: keys, idempotency. An answer ends the request."""

    def after(self, asked: Asked, answer: Answer) -> None:
        """Told what will be answered, before any trouble: to keep it for an idempotency key."""

    def _answer(self, asked: Asked) -> tuple[Answer, Trouble | None]:
        with self._lock:
            self.asked.append(asked)
            trouble = self._take_trouble(asked)
            if trouble is Trouble.UNAVAILABLE:
                return Answer(503, self.failed), None
            early = self.before(asked)
            answer = early or self._act(asked)
            if trouble is Trouble.ERROR:
                answer = Answer(500, self.failed)
            if early is None:
                self.after(asked, answer)
            return answer, trouble

    def _act(self, asked: Asked) -> Answer:
        for method, pattern, function in self._routes:
            if method == asked.method and (found := pattern.fullmatch(asked.path)):
                try:
                    made = function(asked, **found.groupdict())
                except Refused as refused:
                    return refused.answer
                return made if isinstance(made, Answer) else Answer(200, made)
        return Answer(404, self.not_found)

    def _take_trouble(self, asked: Asked) -> Trouble | None:
        if asked.method == "GET":
            return None
        for waiting in self._troubles:
            text, path, trouble = waiting
            if asked.path.startswith(path) and asked.holds(text):
                self._troubles.remove(waiting)
                return trouble
        return None

    @contextmanager
    def running(self) -> Iterator[None]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(
                    method=self.command,
                    path=unquote(url.path),
                    query=dict(parse_qsl(url.query)),
                    headers=dict(self.headers),
                    raw=self.rfile.read(length),
                )
                answer, trouble = fake._answer(asked)
                if trouble is Trouble.TIMEOUT:
                    fake._silence.wait(LONGEST_SILENCE_SECONDS)
                if trouble in (Trouble.TIMEOUT, Trouble.DROP):
                    self.close_connection = True
                    return
                self.send(answer, broken=trouble is Trouble.BROKEN)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def send(self, answer: Answer, *, broken: bool) -> None:
                content = answer.content
                content = content[: len(content) // 2] if broken else content
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield
        finally:
            self._silence.set()
            server.shutdown()
            server.server_close()
