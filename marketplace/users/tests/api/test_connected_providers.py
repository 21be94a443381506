"""Connecting a provider to an account, and disconnecting it: only by its owner, twice approved."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.core.models import OutboxEvent
from marketplace.users.models import User
from marketplace.users.tests.factories import authorized_client, make_user
from marketplace.users.tests.oidc import OidcServer, settings_of
from marketplace.users.tests.step_ups import approve
from marketplace.users.tests.visits import (
    SOCIAL,
    approved,
    connect,
    disconnect,
    nonce,
    sign_in_by,
    visit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(oidc: OidcServer) -> OidcServer:
    oidc.add_person("ada", email="ada@example.com", email_verified=True)
    oidc.add_person("bob")
    return oidc


@pytest.fixture
def owner() -> User:
    return make_user(email="owner@shop.example")


def listed(user: User) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = (
        authorized_client(user).get(f"{SOCIAL}accounts/").json()["accounts"]
    )
    return accounts


def facts() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("type", flat=True))


def test_a_connected_provider_opens_the_account(
    ada: OidcServer, owner: User, mailoutbox: list[EmailMessage]
) -> None:
    answer = connect(ada, owner, "ada")

    assert answer.status_code == 204, answer.content
    assert facts() == ["users.ProviderConnected"]
    (letter,) = mailoutbox
    assert letter.to == ["owner@shop.example"]
    assert "Acme" in letter.subject
    assert "ada@example.com" not in str(letter.body)
    (row,) = listed(owner)
    assert (row["provider"], row["name"], row["identity"]) == ("acme", "Acme", "a…@example.com")
    assert sign_in_by(ada, "ada").json()["user"]["id"] == str(owner.pk)


def test_an_identity_without_any_address_can_be_connected(ada: OidcServer, owner: User) -> None:
    assert connect(ada, owner, "bob").status_code == 204
    assert listed(owner)[0]["identity"] == ""


def test_an_app_connects_by_a_token(ada: OidcServer, owner: User) -> None:
    client = authorized_client(owner)
    begun = nonce(client=client)
    body = {"flow_token": begun["flow_token"], "id_token": ada.token_for("ada", begun["nonce"])}

    answer = client.post(f"{SOCIAL}acme/connect/token/", body, **approved(owner, "connect"))

    assert answer.status_code == 204, answer.content


def test_connecting_again_changes_nothing(
    ada: OidcServer, owner: User, mailoutbox: list[EmailMessage]
) -> None:
    connect(ada, owner, "ada")

    assert connect(ada, owner, "ada").status_code == 204
    assert (facts(), len(mailoutbox)) == (["users.ProviderConnected"], 1)


def test_another_identity_of_the_provider_is_refused(ada: OidcServer, owner: User) -> None:
    connect(ada, owner, "ada")

    answer = connect(ada, owner, "bob")

    assert (answer.status_code, answer.json()["code"]) == (409, "provider_already_connected")
    assert SocialAccount.objects.get().uid == "ada"


def test_the_database_keeps_one_identity_of_a_provider(owner: User) -> None:
    from django.db import IntegrityError, transaction

    SocialAccount.objects.create(user=owner, provider="acme", uid="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        SocialAccount.objects.create(user=owner, provider="acme", uid="2")
    with pytest.raises(IntegrityError), transaction.atomic():
        SocialAccount.objects.create(user=make_user(), provider="acme", uid="1")


def test_somebody_elses_identity_is_refused(ada: OidcServer, owner: User) -> None:
    connect(ada, owner, "ada")
    other = make_user()

    answer = connect(ada, other, "ada")

    assert (answer.status_code, answer.json()["code"]) == (409, "connected_to_another")
    assert SocialAccount.objects.get().user_id == owner.pk


@pytest.mark.parametrize(
    ("purpose", "binding", "code"),
    [
        (None, {}, "step_up_required"),
        ("factor_change", {"action": "connect_provider", "provider": "other"}, "step_up_refused"),
        ("factor_change", {"action": "disconnect_provider", "provider": "acme"}, "step_up_refused"),
        ("withdrawal", {"action": "connect_provider", "provider": "acme"}, "step_up_refused"),
    ],
)
def test_without_its_own_approval_nothing_is_connected(
    ada: OidcServer,
    owner: User,
    mailoutbox: list[EmailMessage],
    purpose: str | None,
    binding: dict[str, str],
    code: str,
) -> None:
    client = authorized_client(owner)
    answer = visit(ada, "ada", client=client)
    headers: dict[str, Any] = {}
    if purpose:
        headers["HTTP_STEP_UP"] = str(approve(owner, purpose, binding).step_up_id)

    refused = client.post(f"{SOCIAL}acme/connect/callback/", answer, **headers)

    assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert not SocialAccount.objects.exists()
    assert "users.ProviderConnected" not in facts()
    assert mailoutbox == []


def test_the_approval_is_asked_for_and_given_over_the_api(ada: OidcServer, owner: User) -> None:
    client = authorized_client(owner)
    answer = visit(ada, "ada", client=client)
    details = {"action": "connect_provider", "provider": "acme"}
    wanted = {"purpose": "factor_change", "details": details}
    step_up = client.post("/api/v1/auth/step-ups/", wanted).json()
    code = re.search(r"the code is (\d{8})", str(mail.outbox[-1].body))
    assert code
    assert "acme" in str(mail.outbox[-1].body)
    confirmed = client.post(
        f"/api/v1/auth/step-ups/{step_up['id']}/confirm/",
        {"factor": "email_code", "code": code.group(1)},
    )
    assert confirmed.status_code == 200, confirmed.content

    done = client.post(
        f"{SOCIAL}acme/connect/callback/", answer, headers={"Step-Up": step_up["id"]}
    )

    assert done.status_code == 204, done.content
    assert facts()[-1] == "users.ProviderConnected"


@pytest.mark.parametrize("provider", ["", "Acme", 7, None, {"id": "acme"}, "x" * 40])
def test_an_approval_of_no_provider_is_a_400(owner: User, provider: Any) -> None:
    details = {"action": "connect_provider", "provider": provider}

    answer = authorized_client(owner).post(
        "/api/v1/auth/step-ups/", {"purpose": "factor_change", "details": details}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_a_flow_connects_once(ada: OidcServer, owner: User) -> None:
    client = authorized_client(owner)
    begun = nonce(client=client)
    token = ada.token_for("ada", begun["nonce"])
    body = {"flow_token": begun["flow_token"], "id_token": token}
    first, again = (
        client.post(f"{SOCIAL}acme/connect/token/", body, **approved(owner, "connect"))
        for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (204, 401)
    assert again.json()["code"] == "flow_refused"


def test_disconnecting_closes_the_door_and_tells_the_owner(
    ada: OidcServer, owner: User, mailoutbox: list[EmailMessage]
) -> None:
    connect(ada, owner, "ada")

    answer = disconnect(owner)

    assert answer.status_code == 204, answer.content
    assert facts()[-1] == "users.ProviderDisconnected"
    assert "no longer" in mailoutbox[-1].subject
    assert listed(owner) == []
    assert sign_in_by(ada, "ada").json()["user"]["id"] != str(owner.pk)


def test_the_last_way_in_stays(ada: OidcServer, mailoutbox: list[EmailMessage]) -> None:
    sign_in_by(ada, "ada")
    newcomer = User.objects.get()

    answer = disconnect(newcomer)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")
    assert listed(newcomer)
    assert mailoutbox == []


def test_with_a_password_a_newcomer_may_disconnect(ada: OidcServer) -> None:
    sign_in_by(ada, "ada")
    newcomer = User.objects.get()
    newcomer.set_password("a quiet harbour at dawn")
    newcomer.save()

    assert disconnect(newcomer).status_code == 204


def test_what_is_not_connected_is_a_404(owner: User) -> None:
    assert disconnect(owner).status_code == 404


def test_disconnecting_needs_its_own_approval(ada: OidcServer, owner: User) -> None:
    connect(ada, owner, "ada")

    answer = authorized_client(owner).delete(
        f"{SOCIAL}accounts/acme/", **approved(owner, "connect")
    )

    assert answer.json()["code"] == "step_up_refused"
    assert listed(owner)


def test_a_provider_that_is_gone_from_the_settings_can_be_disconnected(
    ada: OidcServer, owner: User, set_providers: Any
) -> None:
    connect(ada, owner, "ada")
    set_providers()

    assert listed(owner)[0]["name"] == "acme"
    assert disconnect(owner).status_code == 204


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_takes_as_many_queries_for_fifty_as_for_one(owner: User, rows: int) -> None:
    SocialAccount.objects.bulk_create(
        SocialAccount(user=owner, provider=f"p{number}", uid="1") for number in range(rows)
    )
    client = authorized_client(owner)

    with CaptureQueriesContext(connection) as queries:
        found = client.get(f"{SOCIAL}accounts/").json()["accounts"]

    assert (len(found), len(queries)) == (rows, 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_last_providers_disconnected_at_once_one_stays(
    ada: OidcServer, set_providers: Any
) -> None:
    set_providers(settings_of(ada), settings_of(ada, "beta"))
    sign_in_by(ada, "ada")
    newcomer = User.objects.get()
    connect(ada, newcomer, "ada", "beta")
    clients = [
        (name, authorized_client(newcomer), approved(newcomer, "disconnect", name))
        for name in ("acme", "beta")
    ]

    def run(one: Any) -> int:
        name, client, headers = one
        try:
            status: int = client.delete(f"{SOCIAL}accounts/{name}/", **headers).status_code
        finally:
            connection.close()
        return status

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(run, clients))

    assert done == [204, 409]
    assert SocialAccount.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_connect_one_identity_at_once_one_has_it(ada: OidcServer) -> None:
    people = [make_user(), make_user()]
    ready = []
    for person in people:
        client = authorized_client(person)
        answer = visit(ada, "ada", client=client)
        ready.append((client, answer, approved(person, "connect")))

    def run(one: Any) -> int:
        client, answer, headers = one
        try:
            path = f"{SOCIAL}acme/connect/callback/"
            status: int = client.post(path, answer, **headers).status_code
        finally:
            connection.close()
        return status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, ready)) == [204, 409]
    assert SocialAccount.objects.count() == 1
