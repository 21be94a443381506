"""What an operator does for somebody who asked: a form with a reason, then one command."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from marketplace.core.actor import Actor
from marketplace.core.admin import operator
from marketplace.users import services
from marketplace.users.models import User
from marketplace.users.staff_admin import StaffForm, ask

Do = Callable[[UUID, Actor, str], object]


def erase(page: Any, request: HttpRequest, user_id: UUID) -> HttpResponse:
    return _for(
        page,
        request,
        user_id,
        heading="Erase the account of {}",
        button="Erase",
        lead=(
            "The person is signed out everywhere and told by letter. Once the cooling-off is over "
            "everything that is known of them is erased, but what law keeps; until then signing in "
            "takes it back. Refused while money or an order is open."
        ),
        do=lambda user, by, why: services.request_erasure(user_id=user, actor=by, reason=why),
    )


def export_data(page: Any, request: HttpRequest, user_id: UUID) -> HttpResponse:
    return _for(
        page,
        request,
        user_id,
        heading="Have a file made with the data of {}",
        button="Have it made",
        lead=(
            "A letter tells the person when the file is ready. They download it in their account; "
            "nobody else can open it, you neither."
        ),
        do=lambda user, by, why: services.request_export(user_id=user, actor=by, reason=why),
    )


def reset_factors(page: Any, request: HttpRequest, user_id: UUID) -> HttpResponse:
    return _for(
        page,
        request,
        user_id,
        heading="Reset the second factors of {}",
        button="Reset",
        lead=(
            "For somebody who lost their app, their passkeys and their recovery codes, or the "
            "telephone that approves by text: make sure first that it is them. All factors and the "
            "password end, every device is signed out, and no money goes to their bank accounts "
            "for as long as to a new one. A letter tells them and leads to a new password; whoever "
            "has no email address is told by a text message, and signs in with a code to the "
            "proved number."
        ),
        do=lambda user, by, why: services.reset_second_factors(user_id=user, actor=by, reason=why),
    )


def _for(
    page: Any, request: HttpRequest, user_id: UUID, *, heading: str, button: str, lead: str, do: Do
) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    return ask(
        page,
        request,
        StaffForm(request.POST or None),
        lambda said: do(user.pk, operator(request), said["reason"]),
        heading.format(user.email or f"{user.first_name} {user.last_name}"),
        back_to=user.pk,
        lead=lead,
        button=button,
    )
