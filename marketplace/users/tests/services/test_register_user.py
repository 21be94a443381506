import pytest
from rest_framework.test import APIClient

from marketplace.core.actor import Role
from marketplace.core.errors import InvalidInput
from marketplace.core.events.testing import recorded
from marketplace.users import errors, services
from marketplace.users.models import User, UserProfile
from marketplace.users.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_makes_an_account_that_can_sign_in_when_its_address_is_verified() -> None:
    user = services.register_user(
        email="Thistle@Example.com", password=PASSWORD, user_type="SELLER", is_email_verified=True
    )

    assert user.email == "thistle@example.com"
    assert user.roles == {Role.BUYER, Role.SELLER}
    response = APIClient().post(
        "/api/v1/auth/sign-in/", {"email": "thistle@example.com", "password": PASSWORD}
    )
    assert response.status_code == 200


def test_a_taken_address_is_refused_and_nothing_changes() -> None:
    services.register_user(email="a@example.com", password=PASSWORD, first_name="Marigold")

    with pytest.raises(errors.EmailTaken):
        services.register_user(email="A@example.com", password=PASSWORD, first_name="Mallory")

    assert User.objects.get().first_name == "Marigold"
    assert UserProfile.objects.count() == 1
    assert len(recorded("users.UserRegistered")) == 1


def test_no_administrator_is_made_this_way() -> None:
    with pytest.raises(InvalidInput):
        services.register_user(email="a@example.com", password=PASSWORD, user_type="ADMIN")
    assert not User.objects.exists()


def test_a_weak_password_makes_nobody() -> None:
    with pytest.raises(errors.PasswordRefused):
        services.register_user(email="a@example.com", password="passwordpassword")
    assert not User.objects.exists()


def test_an_operator_made_from_the_shell_can_sign_in_and_has_a_profile() -> None:
    user = User.objects.create_superuser("op@example.com", PASSWORD)

    assert UserProfile.objects.filter(user=user).exists()
    response = APIClient().post(
        "/api/v1/auth/sign-in/", {"email": "op@example.com", "password": PASSWORD}
    )
    assert response.json()["user"]["roles"] == ["ADMIN"]


def test_the_database_knows_the_roles() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        User.objects.create(email="a@example.com", roles=["OWNER"])
