"""The admin's pages on which staff roles are given and edited."""

import pytest
from django.test import Client

from marketplace.core.models import AuditEntry
from marketplace.users.models import StaffRole
from marketplace.users.tests.factories import actor, make_admin, make_buyer, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_admin(), backend="marketplace.users.adapter.AccountBackend")
    return client


def test_roles_are_given_on_the_persons_page_with_a_reason(operator: Client) -> None:
    user = make_buyer()
    address = f"/admin/users/user/{user.pk}/staff-roles/"
    assert "Settles quarrels" in operator.get(address).content.decode()
    assert operator.post(address, {"roles": ["SUPPORT"], "reason": ""}).status_code == 200
    assert not user.groups.exists()
    said = {"roles": ["SUPPORT"], "reason": "Joined the team."}
    assert operator.post(address, said).status_code == 302
    assert [group.name for group in user.groups.all()] == ["SUPPORT"]
    history = operator.get(f"/admin/users/user/{user.pk}/history/", follow=True)
    assert "Joined the team." in history.content.decode()


def test_a_role_is_edited_and_made_on_its_pages(operator: Client) -> None:
    role = StaffRole.objects.get(group__name="MEDIATOR")
    page = operator.get(f"/admin/users/staffrole/{role.pk}/change/").content.decode()
    assert "Refund orders" in page
    address = f"/admin/users/staffrole/{role.pk}/edit/"
    said = {
        "description": "Looks only.",
        "permissions": ["orders.view_order"],
        "reason": "A trial.",
    }
    assert operator.post(address, said).status_code == 302
    assert actor(make_staff("MEDIATOR")).permissions == {"orders.view_order"}
    made = operator.post("/admin/users/staffrole/create/", {**said, "name": "Night shift"})
    assert made.status_code == 302
    assert StaffRole.objects.filter(group__name="NIGHT_SHIFT").exists()
    assert AuditEntry.objects.count() == 2
