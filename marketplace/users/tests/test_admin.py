import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.core.actor import Role
from marketplace.users.models import User
from marketplace.users.tests.factories import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/users/user/"


@pytest.fixture
def operator() -> Client:
    user = User.objects.create_superuser("op@example.com", PASSWORD)
    client = Client()
    client.force_login(user)
    return client


def test_an_operator_signs_in_with_email_and_password() -> None:
    User.objects.create_superuser("op@example.com", PASSWORD)

    response = Client().post(
        "/admin/login/?next=/admin/", {"username": "op@example.com", "password": PASSWORD}
    )

    assert response.status_code == 302


def test_a_suspended_operator_is_out_at_once(operator: Client) -> None:
    User.objects.filter(email="op@example.com").update(suspended_at="2026-01-01T00:00Z")

    assert operator.get(LIST).status_code == 302


def test_nobody_else_enters() -> None:
    client = Client()
    client.force_login(make_user())

    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize("page", ["user", "userprofile", "signin"])
def test_every_list_and_detail_opens(operator: Client, page: str) -> None:
    user = make_user()
    sign_in(user)
    pk = {
        "user": user.pk,
        "userprofile": user.profile.pk,
        "signin": user.sign_ins.get().pk,
    }[page]

    assert operator.get(f"/admin/users/{page}/").status_code == 200
    detail = operator.get(f"/admin/users/{page}/{pk}/change/")
    assert detail.status_code == 200
    assert "argon2" not in detail.content.decode()


def test_addresses_are_listed(operator: Client) -> None:
    assert operator.get("/admin/account/emailaddress/").status_code == 200


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_takes_as_many_queries_for_fifty_as_for_one(operator: Client, rows: int) -> None:
    for _ in range(rows):
        make_user()

    with CaptureQueriesContext(connection) as queries:
        operator.get(LIST)

    assert len(queries) <= 6


def test_searching_walks_down_an_index(operator: Client) -> None:
    make_user(email="marigold@example.com")
    make_user(email="thistle@example.com")

    with CaptureQueriesContext(connection) as queries:
        page = operator.get(LIST, {"q": "Mari"}).content.decode()

    assert "marigold@example.com" in page
    assert "thistle@example.com" not in page
    sql = [q["sql"] for q in queries if "marigold" in q["sql"] or "mari%" in q["sql"].lower()]
    assert sql
    assert not [statement for statement in sql if "UPPER(" in statement]
    with connection.cursor() as cursor:
        # With so few rows the planner would read them all; at a million it must not.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM users_user WHERE email LIKE 'mari%'")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "users_user_email" in plan
    assert "~>=~" in plan


@pytest.mark.parametrize("page", ["users/user", "users/userprofile", "account/emailaddress"])
def test_a_person_is_found_by_their_id_on_every_page_about_them(
    operator: Client, page: str
) -> None:
    person, other = make_user(), make_user()

    found = operator.get(f"/admin/{page}/", {"q": str(person.pk)}).content.decode()

    assert person.email in found
    assert other.email not in found


def test_suspending_asks_why_and_then_does(operator: Client) -> None:
    user = make_user()
    chosen = {"action": "suspend_chosen", "_selected_action": [str(user.pk)]}

    question = operator.post(LIST, chosen)
    assert question.status_code == 200
    assert "Reason" in question.content.decode()
    assert not User.objects.get(pk=user.pk).is_suspended

    operator.post(LIST, {**chosen, "reason": ""})
    assert not User.objects.get(pk=user.pk).is_suspended

    done = operator.post(LIST, {**chosen, "reason": "sold bricks"})
    assert done.status_code == 302
    stored = User.objects.get(pk=user.pk)
    assert (stored.is_suspended, stored.suspension_reason) == (True, "sold bricks")
    assert "sold bricks" in LogEntry.objects.get(object_id=str(user.pk)).change_message

    operator.post(LIST, {**chosen, "action": "reinstate_chosen", "reason": "they were good bricks"})
    assert not User.objects.get(pk=user.pk).is_suspended


def test_the_detail_page_leads_to_the_same_question(operator: Client) -> None:
    user = make_user()
    path = f"/admin/users/user/{user.pk}/suspend/"

    assert "Reason" in operator.get(path).content.decode()
    operator.post(path, {"reason": "fraud"})

    assert User.objects.get(pk=user.pk).is_suspended


def test_looking_at_the_question_suspends_nobody(operator: Client) -> None:
    user = make_user()

    operator.get(f"/admin/users/user/{user.pk}/suspend/", {"reason": "fraud"})

    assert not User.objects.get(pk=user.pk).is_suspended


def test_staff_without_the_role_suspends_nobody() -> None:
    user = make_user()
    staff = make_user(roles=[Role.BUYER], is_staff=True)
    client = Client()
    client.force_login(staff)

    assert client.post(f"/admin/users/user/{user.pk}/suspend/", {"reason": "x"}).status_code in {
        302,
        403,
    }
    assert not User.objects.get(pk=user.pk).is_suspended


def test_nothing_is_edited_by_hand(operator: Client) -> None:
    user = make_user(first_name="Marigold")

    operator.post(f"/admin/users/user/{user.pk}/change/", {"first_name": "Mallory"})
    operator.post(f"/admin/users/user/{user.pk}/delete/", {"post": "yes"})

    assert User.objects.get(pk=user.pk).first_name == "Marigold"
    assert operator.get("/admin/users/user/add/").status_code == 403


def test_connected_providers_are_found_by_their_person_and_never_edited(operator: Client) -> None:
    user, other = make_user(email="marigold@example.com"), make_user(email="thistle@example.com")
    for person in (user, other):
        SocialAccount.objects.create(user=person, provider="acme", uid=str(person.pk))
    path = "/admin/socialaccount/socialaccount/"

    for term in ("Mari", str(user.pk)):
        page = operator.get(path, {"q": term}).content.decode()
        assert "marigold@example.com" in page
        assert "thistle@example.com" not in page

    detail = f"{path}{SocialAccount.objects.get(user=user).pk}/change/"
    assert operator.get(detail).status_code == 200
    assert operator.post(detail, {"user": str(other.pk)}).status_code in {302, 403}
    assert operator.get(f"{path}add/").status_code == 403
    assert operator.get("/admin/socialaccount/socialapp/").status_code == 404


def test_a_page_offers_to_suspend_or_to_reinstate(operator: Client) -> None:
    user = make_user()
    page = f"/admin/users/user/{user.pk}/"

    before = operator.get(f"{page}change/").content.decode()
    User.objects.filter(pk=user.pk).update(suspended_at="2026-01-01T00:00Z")
    after = operator.get(f"{page}change/").content.decode()

    assert (f"{page}suspend/" in before, f"{page}reinstate/" in before) == (True, False)
    assert (f"{page}suspend/" in after, f"{page}reinstate/" in after) == (False, True)
