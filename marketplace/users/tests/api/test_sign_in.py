import pytest
from rest_framework.test import APIClient

from marketplace.users.models import User
from marketplace.users.tests.factories import PASSWORD, authorized_client, make_user

pytestmark = pytest.mark.django_db

SIGN_IN = "/api/v1/auth/sign-in/"


def test_the_right_password_earns_a_pair_of_tokens(client: APIClient) -> None:
    user = make_user(email="amina@example.com")

    response = APIClient().post(SIGN_IN, {"email": "Amina@Example.com", "password": PASSWORD})

    assert response.status_code == 200, response.content
    body = response.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 900
    assert body["user"]["id"] == str(user.pk)
    assert response["Cache-Control"] == "no-store"
    me = APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
    assert me.status_code == 200
    assert me.json()["email"] == "amina@example.com"


def test_whole_path(mailoutbox: list) -> None:
    c = APIClient()
    body = {
        "email": "new@example.com",
        "password": PASSWORD,
        "first_name": "New",
        "user_type": "SELLER",
    }
    r = c.post("/api/v1/auth/sign-up/", body, format="json")
    assert r.status_code == 202, r.content
    r = c.post(SIGN_IN, body, format="json")
    assert r.status_code == 403, r.content
    print(mailoutbox[0].body)
    key = mailoutbox[0].body.split("key alone: ")[1].split()[0]
    r = c.post("/api/v1/auth/verify-email/", {"key": key}, format="json")
    assert r.status_code == 200, r.content
    r = c.post("/api/v1/auth/verify-email/", {"key": key}, format="json")
    assert r.status_code == 422, r.content
    r = c.post(SIGN_IN, body, format="json")
    assert r.status_code == 200, r.content
    t = r.json()
    r = c.post("/api/v1/auth/refresh/", {"refresh_token": t["refresh_token"]}, format="json")
    assert r.status_code == 200, r.content
    r2 = c.post("/api/v1/auth/refresh/", {"refresh_token": t["refresh_token"]}, format="json")
    assert r2.status_code == 401, r2.content
    r2 = c.post(
        "/api/v1/auth/refresh/", {"refresh_token": r.json()["refresh_token"]}, format="json"
    )
    assert r2.status_code == 401, r2.content
    r = c.post("/api/v1/auth/password/reset/", {"email": "new@example.com"}, format="json")
    assert r.status_code == 202, r.content
    print(mailoutbox[-1].body)
    key = mailoutbox[-1].body.split("key alone: ")[1].split()[0]
    r = c.post(
        "/api/v1/auth/password/reset/confirm/",
        {"key": key, "password": PASSWORD + " x"},
        format="json",
    )
    assert r.status_code == 204, r.content
    print(mailoutbox[-1].body)
    u = User.objects.get(email="new@example.com")
    c = authorized_client(u)
    r = c.post(
        "/api/v1/auth/password/change/",
        {"current_password": PASSWORD + " x", "new_password": PASSWORD},
        format="json",
    )
    assert r.status_code == 204, r.content
    r = c.post("/api/v1/auth/sign-out/")
    assert r.status_code == 204, r.content
    r = c.get("/api/v1/auth/me/")
    assert r.status_code == 401, r.content
