"""Every route, everybody, objects of one's own and of others: who gets what.

Built from the URL conf: a route without a row fails here, and so does a row without its route.
"""

from collections import Counter
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marketplace.core.testing import figures
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.tests.images import picture
from marketplace.users.tests.factories import make_admin, make_seller
from marketplace.users.tests.step_ups import approve_step_up
from tests.access.routes import routes
from tests.access.rows import COLUMNS, MATRIX, Row
from tests.stage import Stage, set_stage, undone


def test_every_route_has_one_row() -> None:
    rows = Counter(row.route for row in MATRIX)

    assert routes() - rows.keys() == set(), "add a row to tests/access/rows.py"
    assert rows.keys() - routes() == set(), "rows of routes that are gone"
    assert [route for route, count in rows.items() if count > 1] == []


def fill(value: Any, ids: dict[str, str]) -> Any:
    """The value with ``{names}`` of the stage put in."""
    text = orjson.dumps(value).decode()
    for name, given in ids.items():
        text = text.replace(f"{{{name}}}", given)
    return orjson.loads(text)


def call(stage: Stage, row: Row, who: str) -> Any:
    request = getattr(stage.client(who), row.method.lower())
    address = fill(row.address, stage.ids)
    headers = {"Idempotency-Key": str(uuid4())}
    body = fill(row.body, stage.ids) if row.body is not None else None
    if row.approves and who != "anonymous":
        details = fill(row.details, stage.ids) if row.details else body
        headers |= approved(stage, who, row.approves, details)
    if row.method == "GET":
        return request(address, headers=headers)
    if row.file:
        upload = SimpleUploadedFile("lamp.png", picture("PNG", (32, 32)), "image/png")
        form = {**(row.body or {}), row.file: upload}
        return request(address, form, format="multipart", headers=headers)
    return request(address, body, format="json", headers=headers)


def approved(stage: Stage, who: str, purpose: str, details: Any) -> dict[str, str]:
    """The step-up of what this person may approve; none for what is a stranger's."""
    asked = {"purpose": purpose, "details": details}
    answer = stage.client(who).post("/api/v1/auth/step-ups/", asked, format="json")
    if answer.status_code == 404:
        return {}
    return approve_step_up(stage.client(who), purpose, details)


@pytest.mark.django_db
def test_everybody_gets_what_is_theirs_and_nothing_else(provider: FakeProvider) -> None:
    stage = set_stage(provider)
    stage.ids["buyer_email"] = stage.people["buyer"].email
    surprises, asked = [], 0
    for row in MATRIX:
        for who in COLUMNS:
            asked += 1
            with undone():
                answer = call(stage, row, who)
            if answer.status_code != row.expected[who]:
                surprises.append(
                    f"{row.route} as {who}: {answer.status_code}, not {row.expected[who]}: "
                    f"{answer.content[:160]!r}"
                )
    figures.publish(
        "routes by person and staff role",
        routes=len(MATRIX),
        columns=len(COLUMNS),
        asked=asked,
        unexpected=len(surprises),
    )
    assert not surprises, "\n".join(surprises)


@pytest.mark.django_db
def test_what_is_not_there_and_what_is_not_yours_look_the_same(provider: FakeProvider) -> None:
    stage = set_stage(provider)
    nothing = {name: str(uuid4()) for name in stage.ids}
    differing = []
    for row in MATRIX:
        if row.expected["other_buyer"] != 404:
            continue
        with undone():
            foreign = call(stage, row, "other_buyer").json()
            stage_of_nothing = Stage(stage.people, nothing, stage._clients)
            absent = call(stage_of_nothing, row, "other_buyer").json()
        for body in (foreign, absent):
            body.pop("request_id")
        if foreign != absent:
            differing.append((row.route, foreign, absent))
    assert not differing


ADMIN_PAGES = [
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
]


@pytest.mark.django_db
def test_an_operator_opens_one_row_of_every_list(provider: FakeProvider) -> None:
    set_stage(provider)
    operator = Client()
    staff = make_admin(is_superuser=True)
    operator.force_login(staff, backend="marketplace.users.adapter.AccountBackend")

    opened = {
        f"{path}{quote(row.pk)}/change/": operator.get(f"{path}{quote(row.pk)}/change/").status_code
        for model, path in zip(admin.site._registry, ADMIN_PAGES, strict=True)
        if (row := model._default_manager.first())
    }

    assert len(opened) > 20
    assert {path: status for path, status in opened.items() if status != 200} == {}


@pytest.mark.django_db
def test_only_operators_enter_the_admin() -> None:
    assert len(ADMIN_PAGES) > 15
    stranger, person, operator = Client(), Client(), Client()
    person.force_login(make_seller(), backend="marketplace.users.adapter.AccountBackend")
    staff = make_admin(is_superuser=True)
    operator.force_login(staff, backend="marketplace.users.adapter.AccountBackend")

    entered = {
        path: tuple(client.get(path).status_code for client in (stranger, person, operator))
        for path in ("/admin/", *ADMIN_PAGES)
    }

    assert {path: seen for path, seen in entered.items() if seen != (302, 302, 200)} == {}
