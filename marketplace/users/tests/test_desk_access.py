"""The door of the admin: nobody is at the desk with a password alone."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from marketplace.core import clock, desk
from marketplace.users import passkeys
from marketplace.users.models import User
from marketplace.users.tests.authenticator import Passkey, code_for, give_totp, secret_of
from marketplace.users.tests.factories import PASSWORD, make_admin, make_seller

pytestmark = pytest.mark.django_db

SECOND_FACTOR, AGAIN, ENROL = (f"/admin/second-factor/{name}" for name in ("", "again/", "enrol/"))
OPEN = ("/admin/login/", "/admin/logout/", SECOND_FACTOR, AGAIN, ENROL)


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.ADMIN_SECOND_FACTOR = "required"


@pytest.fixture
def operator() -> User:
    return make_admin(is_superuser=True)


def sign_in(user: User, password: str = PASSWORD, **more: Any) -> Client:
    client = Client()
    client.post("/admin/login/", {"username": user.email, "password": password}, **more)
    return client


def at_the_desk(user: User) -> Client:
    secret = secret_of(user) if Authenticator.objects.filter(user=user) else give_totp(user)
    client = sign_in(user)
    client.post(SECOND_FACTOR, {"code": code_for(secret)})
    return client


def admin_addresses() -> Iterator[str]:
    """Every address below /admin/, with something in each placeholder."""

    def walk(resolver: Any, prefix: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            path = prefix + re.sub(r"<[^>]+>", "1", str(entry.pattern)).lstrip("^").rstrip("$\\Z")
            if isinstance(entry, URLResolver):
                yield from walk(entry, path)
            elif isinstance(entry, URLPattern):
                yield path

    for address in walk(get_resolver(), "/"):
        if address.startswith("/admin/"):
            yield re.sub(r"\(\?P.*?\)", "core", address)


class TestTheDoor:
    def test_no_page_opens_with_a_password_alone(self, operator: User) -> None:
        give_totp(operator)
        half_signed_in = sign_in(operator)
        closed = {address for address in admin_addresses() if address not in OPEN}

        answers = {
            (address, method): getattr(half_signed_in, method)(address)
            for address in closed
            for method in ("get", "post")
        }

        assert len(closed) > 150
        let_in = {
            asked: answer.status_code
            for asked, answer in answers.items()
            if answer.status_code != 302 or not answer["Location"].startswith(SECOND_FACTOR)
        }
        assert let_in == {}

    def test_nor_before_a_factor_was_ever_set_up(self, operator: User) -> None:
        answer = sign_in(operator).get("/admin/users/user/", follow=True)

        assert answer.redirect_chain[-1][0].startswith(ENROL)

    def test_a_code_opens_it_and_leads_to_where_one_was_going(self, operator: User) -> None:
        secret = give_totp(operator)
        client = sign_in(operator)
        asked = client.get("/admin/users/user/?q=a")

        answer = client.post(asked["Location"], {"code": code_for(secret)})

        assert answer["Location"] == "/admin/users/user/?q=a"
        assert client.get(answer["Location"]).status_code == 200

    @pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/admin/", "//elsewhere", "/"])
    def test_it_leads_nowhere_else(self, operator: User, elsewhere: str) -> None:
        secret = give_totp(operator)

        answer = sign_in(operator).post(
            f"{SECOND_FACTOR}?next={elsewhere}", {"code": code_for(secret)}
        )

        assert answer["Location"] == "/admin/"

    def test_a_wrong_code_opens_nothing(self, operator: User) -> None:
        give_totp(operator)
        client = sign_in(operator)

        answer = client.post(SECOND_FACTOR, {"code": "000000"})

        assert answer.status_code == 200
        assert client.get("/admin/").status_code == 302

    def test_a_code_opens_it_once(self, operator: User) -> None:
        code = code_for(give_totp(operator))
        sign_in(operator).post(SECOND_FACTOR, {"code": code})

        second = sign_in(operator)
        second.post(SECOND_FACTOR, {"code": code})

        assert second.get("/admin/").status_code == 302

    def test_after_ten_wrong_codes_the_right_one_is_refused(self, operator: User) -> None:
        secret = give_totp(operator)
        client = sign_in(operator)
        for _ in range(10):
            client.post(SECOND_FACTOR, {"code": "000000"})

        client.post(SECOND_FACTOR, {"code": code_for(secret)})

        assert client.get("/admin/").status_code == 302

    def test_a_passkey_opens_it(self, operator: User, settings: Any) -> None:
        settings.WEBAUTHN_RP_ID, settings.WEBAUTHN_ORIGINS = "localhost", ["http://localhost:8000"]
        key = Passkey()
        give_passkey(operator, key)
        client = sign_in(operator)
        page = client.get(SECOND_FACTOR)

        answer = client.post(
            SECOND_FACTOR,
            {"credential": json.dumps(key.get(json.loads(page.context["passkey_options"])))},
        )

        assert answer.status_code == 302, answer.content
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("credential", ["", "{", "[]", "null", '{"id": 1}', "x" * 50_000])
    def test_what_is_no_passkey_opens_nothing(self, operator: User, credential: str) -> None:
        give_totp(operator)
        client = sign_in(operator)

        answer = client.post(SECOND_FACTOR, {"credential": credential})

        assert answer.status_code == 200
        assert client.get("/admin/").status_code == 302

    def test_passwords_are_limited(self, operator: User, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/300s/key"}
        for _ in range(3):
            sign_in(operator, "not their password at all")

        refused = sign_in(operator)

        assert refused.get(SECOND_FACTOR)["Location"] == "/admin/login/"

    def test_nobody_but_staff_is_asked_for_a_factor(self) -> None:
        assert sign_in(make_seller()).get(SECOND_FACTOR)["Location"] == "/admin/login/"
        assert Client().get(ENROL)["Location"] == "/admin/login/"


class TestSettingOneUp:
    def test_the_first_sign_in_shows_a_code_and_then_the_recovery_codes(
        self, operator: User
    ) -> None:
        client = sign_in(operator)
        page = client.get(ENROL)
        secret = page.context["offer"].secret
        assert page.context["offer"].qr.startswith("data:image/svg+xml;base64,")

        shown = client.post(ENROL, {"code": code_for(secret)})

        codes = shown.context["codes"]
        assert len(codes) == 10
        assert client.get("/admin/").status_code == 200
        # Once: nothing shows them again.
        assert client.get(ENROL)["Location"] == SECOND_FACTOR
        other = sign_in(operator)
        other.post(SECOND_FACTOR, {"code": codes[0]})
        assert other.get("/admin/").status_code == 200

    def test_loading_the_page_again_keeps_the_secret(self, operator: User) -> None:
        client = sign_in(operator)

        secrets = {client.get(ENROL).context["offer"].secret for _ in range(2)}

        assert len(secrets) == 1

    def test_a_wrong_code_takes_nothing_into_use(self, operator: User) -> None:
        client = sign_in(operator)
        client.get(ENROL)

        client.post(ENROL, {"code": "000000"})

        assert not Authenticator.objects.filter(user=operator).exists()
        assert client.get("/admin/").status_code == 302

    def test_a_second_factor_is_not_replaced_by_who_knows_the_password(
        self, operator: User
    ) -> None:
        """Offered before the first one was set up elsewhere, and answered afterwards."""
        late = sign_in(operator)
        secret = late.get(ENROL).context["offer"].secret
        give_totp(operator)

        late.post(ENROL, {"code": code_for(secret)})

        assert Authenticator.objects.filter(user=operator).count() == 1
        assert late.get("/admin/").status_code == 302

    def test_the_session_does_not_show_the_secret(self, operator: User) -> None:
        client = sign_in(operator)
        secret = client.get(ENROL).context["offer"].secret

        assert secret not in str(dict(client.session))

    def test_where_it_is_only_offered_one_may_go_on(self, operator: User, settings: Any) -> None:
        settings.ADMIN_SECOND_FACTOR = "offered"

        assert sign_in(operator).get("/admin/").status_code == 200

    def test_where_it_is_only_offered_it_is_asked_of_who_has_one(
        self, operator: User, settings: Any
    ) -> None:
        settings.ADMIN_SECOND_FACTOR = "offered"
        give_totp(operator)

        assert sign_in(operator).get("/admin/")["Location"].startswith(SECOND_FACTOR)


class TestTheEndOfASession:
    def test_who_was_away_signs_in_again(self, operator: User) -> None:
        client = at_the_desk(operator)

        with clock.frozen(clock.now() + timedelta(minutes=31)):
            answer = client.get("/admin/users/user/")

        assert answer["Location"].startswith("/admin/login/")
        assert client.get("/admin/")["Location"].startswith("/admin/login/")

    def test_who_is_busy_stays(self, operator: User) -> None:
        client = at_the_desk(operator)
        began = clock.now()

        for minutes in range(20, 180, 20):
            with clock.frozen(began + timedelta(minutes=minutes)):
                assert client.get("/admin/").status_code == 200

    def test_a_working_day_ends_it_all_the_same(self, operator: User) -> None:
        client = at_the_desk(operator)
        began = clock.now()
        for minutes in range(20, 720, 20):
            with clock.frozen(began + timedelta(minutes=minutes)):
                client.get("/admin/")

        with clock.frozen(began + timedelta(minutes=721)):
            assert client.get("/admin/")["Location"].startswith("/admin/login/")

    def test_a_session_of_no_sign_in_is_over(self, operator: User) -> None:
        client = at_the_desk(operator)
        session = client.session
        del session[desk.BEGAN]
        session.save()

        assert client.get("/admin/")["Location"].startswith("/admin/login/")

    @pytest.mark.parametrize(
        "change",
        [{"is_staff": False}, {"is_active": False}, {"suspended_at": "now"}, {"password": "other"}],
        ids=["no longer staff", "inactive", "suspended", "password changed"],
    )
    def test_it_ends_everywhere_when_the_person_changes(
        self, operator: User, change: dict[str, Any]
    ) -> None:
        sessions = [at_the_desk(operator)]
        if change.get("suspended_at"):
            change = {"suspended_at": clock.now()}
        User.objects.filter(pk=operator.pk).update(**change)

        for client in sessions:
            answer = client.get("/admin/users/user/")
            assert answer.status_code == 302
            assert answer["Location"].startswith("/admin/login/")

    def test_it_ends_when_the_factor_is_gone(self, operator: User) -> None:
        client = at_the_desk(operator)
        Authenticator.objects.filter(user=operator).delete()

        assert client.get("/admin/")["Location"].startswith(SECOND_FACTOR)

    def test_the_key_of_a_session_changes_with_the_factor(self, operator: User) -> None:
        secret = give_totp(operator)
        client = sign_in(operator)
        before = client.session.session_key

        client.post(SECOND_FACTOR, {"code": code_for(secret)})

        assert client.session.session_key != before

    def test_pages_are_kept_by_no_cache(self, operator: User) -> None:
        assert "no-store" in at_the_desk(operator).get("/admin/")["Cache-Control"]


class TestAskingAgain:
    def call(self, client: Client, operator: User) -> HttpResponse:
        request = HttpRequest()
        request.method, request.path, request.user = "GET", "/admin/danger/", operator
        request.session = client.session
        return Page().danger(request)

    def test_who_has_just_shown_a_factor_is_not_asked(self, operator: User) -> None:
        assert self.call(at_the_desk(operator), operator).content == b"done"

    def test_after_a_quarter_of_an_hour_one_is_asked_and_comes_back(self, operator: User) -> None:
        client = at_the_desk(operator)
        later = clock.now() + timedelta(minutes=16)

        with clock.frozen(later):
            asked = self.call(client, operator)

        assert asked["Location"] == f"{AGAIN}?next=%2Fadmin%2Fdanger%2F"

    def test_a_code_answers_it(self, operator: User) -> None:
        client = at_the_desk(operator)
        session = client.session
        session[desk.PROVED] -= 16 * 60
        session.save()
        next_code = code_for(secret_of(operator), steps=1)

        answer = client.post(f"{AGAIN}?next=/admin/users/user/", {"code": next_code})

        assert answer["Location"] == "/admin/users/user/"
        assert self.call(client, operator).content == b"done"

    def test_who_has_no_factor_gives_the_password(self, operator: User, settings: Any) -> None:
        settings.ADMIN_SECOND_FACTOR = "offered"
        client = sign_in(operator)
        session = client.session
        session[desk.PROVED] -= 16 * 60
        session.save()

        client.post(AGAIN, {"password": "not their password at all"})
        assert self.call(client, operator).status_code == 302
        client.post(AGAIN, {"password": PASSWORD})
        assert self.call(client, operator).content == b"done"

    def test_a_password_does_not_stand_in_for_a_factor(self, operator: User) -> None:
        client = at_the_desk(operator)
        session = client.session
        session[desk.PROVED] -= 16 * 60
        session.save()

        client.post(AGAIN, {"password": PASSWORD})

        assert self.call(client, operator).status_code == 302


class Page:
    @desk.asks_again
    def danger(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")


def test_the_test_walks_every_page_that_is_registered() -> None:
    lists = {
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    }

    assert lists <= set(admin_addresses())


def give_passkey(user: User, key: Passkey) -> None:
    options, challenge = passkeys.begin_registration(user)
    credential = key.create(options["publicKey"])
    passkeys.complete_registration(credential, challenge=challenge)
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Key", "credential": passkeys.kept_part(credential)},
    )
