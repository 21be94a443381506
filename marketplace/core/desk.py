"""What the admin remembers of an operator's session, and asking again before what is dangerous.

A session at the desk begins with a password. It ends when nobody has used it for a while and, used
or not, after a working day. Past the door lets only a second factor (`users.desk_access`).
Whoever may approve a payout has shown within the last quarter of an hour that it is still them:

    @asks_again
    def approve_one(self, request, object_id): ...
"""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from marketplace.core import clock

R = TypeVar("R")
BEGAN, SEEN, PASSED, PROVED = "desk_began_at", "desk_seen_at", "desk_passed_at", "desk_proved_at"
SEEN_EVERY = timedelta(minutes=1)
"""Noting each request would write to the database for each request."""
AGAIN_PATH = "/admin/second-factor/again/"


def begin(sender: object, request: HttpRequest | None, **_: object) -> None:
    """A password was right: receiver of Django's ``user_logged_in``."""
    session = getattr(request, "session", None)
    if session is not None:
        at = clock.now().timestamp()
        session.update({BEGAN: at, SEEN: at, PROVED: at})
        session.pop(PASSED, None)


def note_factor(request: HttpRequest) -> None:
    """A second factor was right. The session gets a new key: the old one knew only the password."""
    request.session.cycle_key()
    at = clock.now().timestamp()
    request.session.update({PASSED: at, PROVED: at, SEEN: at})


def note_proof(request: HttpRequest) -> None:
    request.session[PROVED] = clock.now().timestamp()


def has_passed(session: SessionBase) -> bool:
    return PASSED in session


def is_over(session: SessionBase) -> bool:
    """Idle for too long, too old, or never begun by a sign-in of ours."""
    at = clock.now()
    began, seen = _moment(session, BEGAN), _moment(session, SEEN)
    if began is None or seen is None:
        return True
    idle, life = settings.DESK_IDLE_SECONDS, settings.DESK_LIFE_SECONDS
    return at - seen > timedelta(seconds=idle) or at - began > timedelta(seconds=life)


def note_use(session: SessionBase) -> None:
    at, seen = clock.now(), _moment(session, SEEN)
    if seen is None or at - seen > SEEN_EVERY:
        session[SEEN] = at.timestamp()


def is_fresh(session: SessionBase) -> bool:
    proved = _moment(session, PROVED)
    allowed = timedelta(seconds=settings.DESK_PROOF_SECONDS)
    return proved is not None and clock.now() - proved <= allowed


def asks_again(page: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """Of an admin method ``(self, request, …)``: whoever calls it has proved who they are within
    ``DESK_PROOF_SECONDS``; otherwise they are asked, and come back to where they were."""

    @functools.wraps(page)
    def guarded(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> R | HttpResponse:
        if is_fresh(request.session):
            return page(self, request, *args, **kwargs)
        return ask_again(request.get_full_path())

    return guarded


def ask_again(after: str) -> HttpResponse:
    """Send somebody to prove who they are, and from there to ``after``, which answers a GET."""
    return redirect(f"{AGAIN_PATH}?{urlencode({'next': after})}")


def _moment(session: SessionBase, name: str) -> datetime | None:
    at = session.get(name)
    return datetime.fromtimestamp(at, tz=clock.now().tzinfo) if at is not None else None
