from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from marketplace.core import desk
from marketplace.users.queries import has_second_factor

PREFIX = "/admin/"
OPEN = ("/admin/login/", "/admin/logout/", "/admin/second-factor/")
"""Reached with a password alone; what lies below the last one looks for itself."""


class DeskMiddleware:
    """Every page of the admin is behind this, those of applications to come as well.

    That the person is still staff, not suspended and has the same password is asked of the database
    for each request, by Django's own session check.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        response = self._refusal(request) or self.get_response(request)
        # Neither a cache nor the back button shows a page of the desk to the next person.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        # Nobody signed in is sent to the password by the admin itself.
        if not request.user.is_authenticated:
            return None
        if desk.is_over(request.session):
            logout(request)
            messages.info(request, "You were signed out after a time. Sign in again.")
            return redirect(f"/admin/login/?{urlencode({'next': address_of(request)})}")
        desk.note_use(request.session)
        if request.path_info.startswith(OPEN) or is_let_in(request):
            return None
        return redirect(f"/admin/second-factor/?{urlencode({'next': address_of(request)})}")


def is_let_in(request: HttpRequest) -> bool:
    """Whether the session has shown a factor that its person still has, or needs none."""
    user_id = request.user.pk
    if user_id is None or not has_second_factor(user_id=user_id):
        return bool(settings.ADMIN_SECOND_FACTOR == "offered")
    return desk.has_passed(request.session)


def address_of(request: HttpRequest) -> str:
    """Where to come back to; what was sent to it is not sent again."""
    return request.get_full_path() if request.method == "GET" else PREFIX
