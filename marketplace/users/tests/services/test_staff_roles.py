"""Staff roles: who has them, who gives them, and what they can never do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.core.actor import Actor, Role
from marketplace.core.audit.entries import digest_of
from marketplace.core.errors import DomainError, Forbidden, InvalidInput, NotFound
from marketplace.core.ids import new_id
from marketplace.core.models import AuditEntry, OutboxEvent
from marketplace.users import services
from marketplace.users.models import StaffRole, User
from marketplace.users.staff_errors import (
    LastAdministrator,
    MayNotGrant,
    OwnRoles,
    StaffRoleExists,
)
from marketplace.users.tests.factories import (
    actor,
    make_admin,
    make_buyer,
    make_staff,
    make_user,
)

SEEDED = {"SUPPORT", "MEDIATOR", "FINANCE", "VERIFICATION_REVIEWER", "AUDITOR"}


def assign(user: User, by: Actor, *roles: str, reason: str = "Joined the team.") -> None:
    services.assign_staff_roles(user_id=user.pk, actor=by, roles=roles, reason=reason)


def standing(user: User) -> tuple[bool, bool, list[str], set[str]]:
    user = User.objects.get(pk=user.pk)
    names = set(user.groups.values_list("name", flat=True))
    return user.is_staff, user.is_superuser, sorted(user.roles), names


def role(name: str) -> StaffRole:
    return StaffRole.objects.get(group__name=name)


def lead(*permissions: str) -> User:
    """Somebody who gives roles without being an administrator."""
    made = services.create_staff_role(
        name=f"lead {StaffRole.objects.count()}",
        actor=actor(make_admin()),
        permissions=["users.assign_staff_role", "users.edit_staff_role", *permissions],
        description="Leads a team.",
        reason="A new team.",
    )
    return make_staff(StaffRole.objects.get(pk=made).group.name)


@pytest.mark.django_db
def test_a_new_installation_has_five_roles_and_the_auditor_may_change_nothing() -> None:
    assert {role.group.name for role in StaffRole.objects.all()} == SEEDED
    auditor = actor(make_staff("AUDITOR"))
    assert auditor.may("payments.view_ledgerjournal")
    assert {p for p in auditor.permissions if ".view_" not in p} == set()


@pytest.mark.django_db
def test_what_an_administrator_took_away_stays_away_after_the_next_migrate() -> None:
    support = role("SUPPORT")
    kept = actor(make_staff("SUPPORT")).permissions - {"users.suspend_user"}
    services.edit_staff_role(
        role_id=support.pk,
        actor=actor(make_admin()),
        permissions=sorted(kept),
        description="Answers.",
        reason="Only mediators suspend.",
    )
    call_command("migrate", verbosity=0)
    assert actor(make_staff("SUPPORT")).permissions == kept


@pytest.mark.django_db
def test_permissions_are_one_query_for_staff_and_none_for_everybody_else() -> None:
    staff, buyer = make_staff("SUPPORT", "FINANCE"), make_buyer()
    with CaptureQueriesContext(connection) as queries:
        assert actor(buyer).permissions == frozenset()
        assert User.objects.get(pk=staff.pk).held_permissions
    assert len(queries) == 2


@pytest.mark.django_db
def test_a_grant_to_a_single_user_or_a_group_that_is_no_role_confers_nothing() -> None:
    from django.contrib.auth.models import Permission

    user = make_staff()
    refund = Permission.objects.get(codename="refund_order")
    user.user_permissions.add(refund)
    plain = Group.objects.create(name="Plain")
    plain.permissions.add(refund)
    user.groups.add(plain)
    assert not User.objects.get(pk=user.pk).has_perm("orders.refund_order")


@pytest.mark.django_db
def test_who_is_suspended_or_no_longer_staff_holds_nothing() -> None:
    user = make_staff("FINANCE")
    assert user.has_perm("payments.approve_payout")
    user.is_staff = False
    user.save()
    assert not User.objects.get(pk=user.pk).has_perm("payments.approve_payout")
    assert User.objects.get(pk=user.pk).held_permissions == frozenset()


@pytest.mark.django_db
def test_roles_are_given_with_a_reason_and_written_down() -> None:
    admin, user = make_admin(), make_buyer()
    assign(user, actor(admin), "SUPPORT", "FINANCE")
    assert standing(user) == (True, False, ["BUYER"], {"SUPPORT", "FINANCE"})
    entry = AuditEntry.objects.get(subject_id=user.pk)
    assert (entry.actor_id, entry.reason) == (admin.pk, "Joined the team.")
    assert (entry.before, entry.after) == ({"roles": []}, {"roles": ["FINANCE", "SUPPORT"]})
    assert bytes(entry.digest) == digest_of(entry)
    assert OutboxEvent.objects.filter(key=user.pk, type="users.StaffRolesChanged").exists()


@pytest.mark.django_db
def test_giving_the_same_again_changes_nothing_and_writes_nothing() -> None:
    by, user = actor(make_admin()), make_buyer()
    assign(user, by, "SUPPORT")
    assign(user, by, "SUPPORT")
    assert AuditEntry.objects.filter(subject_id=user.pk).count() == 1


@pytest.mark.django_db
def test_with_the_last_role_a_person_is_no_longer_staff() -> None:
    by, user = actor(make_admin()), make_staff("SUPPORT")
    assign(user, by, reason="Left the team.")
    assert standing(user) == (False, False, [], set())


@pytest.mark.django_db
def test_an_administrator_is_made_and_unmade() -> None:
    by, user = actor(make_admin()), make_buyer()
    assign(user, by, "ADMIN")
    assert standing(user) == (True, False, ["ADMIN", "BUYER"], set())
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    assign(user, by)
    assert standing(user) == (False, False, ["BUYER"], set())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("roles", "reason", "refusal"),
    [
        (["SUPPORT"], "  ", InvalidInput),
        (["NOBODY"], "Why not.", InvalidInput),
    ],
)
def test_a_missing_reason_and_an_unknown_role_change_nothing(
    roles: list[str], reason: str, refusal: type[DomainError]
) -> None:
    user = make_buyer()
    with pytest.raises(refusal):
        assign(user, actor(make_admin()), *roles, reason=reason)
    assert standing(user) == (False, False, ["BUYER"], set())
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_strangers_and_staff_without_the_permission_give_no_roles() -> None:
    user = make_buyer()
    for other in (make_buyer(), make_staff("SUPPORT", "FINANCE", "AUDITOR")):
        with pytest.raises(Forbidden):
            assign(user, actor(other), "SUPPORT")
    with pytest.raises(Forbidden):
        assign(user, Actor.system("a job"), "SUPPORT")
    with pytest.raises(NotFound):
        services.assign_staff_roles(
            user_id=new_id(), actor=actor(make_admin()), roles=["SUPPORT"], reason="Who?"
        )


@pytest.mark.django_db
def test_nobody_changes_their_own_roles() -> None:
    admin = make_admin()
    with pytest.raises(OwnRoles):
        assign(admin, actor(admin), "ADMIN", "FINANCE")
    assert standing(admin)[3] == set()


@pytest.mark.django_db
def test_nobody_gives_or_takes_what_they_lack() -> None:
    support = actor(make_staff("SUPPORT")).permissions
    by = actor(lead(*sorted(support)))
    user, finance = make_buyer(), make_staff("FINANCE")
    assign(user, by, "SUPPORT")
    for person, roles in ((user, ["FINANCE"]), (user, ["ADMIN", "SUPPORT"]), (finance, [])):
        before = standing(person)
        with pytest.raises(MayNotGrant):
            assign(person, by, *roles)
        assert standing(person) == before


@pytest.mark.django_db
def test_nobody_edits_a_role_into_what_they_lack_nor_their_own() -> None:
    boss = lead("orders.view_order")
    by, mine = actor(boss), StaffRole.objects.get(group__user=boss)
    with pytest.raises(MayNotGrant):
        edit(role("SUPPORT"), by, ["payments.approve_payout"])
    with pytest.raises(OwnRoles):
        edit(mine, by, [*by.permissions])
    with pytest.raises(MayNotGrant):
        services.create_staff_role(
            name="Mine",
            actor=by,
            permissions=["payments.approve_payout"],
            description="More.",
            reason="More.",
        )
    assert "payments.approve_payout" not in actor(make_staff("SUPPORT")).permissions


def edit(which: StaffRole, by: Actor, permissions: list[str], **said: Any) -> None:
    services.edit_staff_role(
        role_id=which.pk,
        actor=by,
        permissions=permissions,
        **{"description": "Answers.", "reason": "Because.", **said},
    )


@pytest.mark.django_db
def test_a_role_is_edited_with_what_was_given_and_taken_written_down() -> None:
    support = role("SUPPORT")
    edit(support, actor(make_admin()), ["orders.view_order", "orders.refund_order"])
    assert actor(make_staff("SUPPORT")).permissions == {"orders.view_order", "orders.refund_order"}
    entry = AuditEntry.objects.get(subject_id=support.pk)
    assert entry.after == {"description": "Answers.", "given": ["orders.refund_order"]}
    assert "users.suspend_user" in entry.before["taken"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", [{"reason": ""}, {"description": " "}, {"permissions": ["no.such_thing"]}]
)
def test_a_bad_edit_of_a_role_changes_nothing(said: dict[str, Any]) -> None:
    before = actor(make_staff("SUPPORT")).permissions
    arguments = {"permissions": ["orders.view_order"], **said}
    with pytest.raises(InvalidInput):
        edit(role("SUPPORT"), actor(make_admin()), **arguments)
    assert actor(make_staff("SUPPORT")).permissions == before
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_a_role_of_the_same_name_is_not_made_twice() -> None:
    with pytest.raises(StaffRoleExists):
        services.create_staff_role(
            name="support",
            actor=actor(make_admin()),
            permissions=[],
            description="Another one.",
            reason="Because.",
        )
    assert StaffRole.objects.count() == len(SEEDED)


@pytest.mark.django_db
def test_the_last_administrator_stays() -> None:
    admin, former = make_admin(), make_admin()
    by = actor(former)
    User.objects.filter(pk=former.pk).update(roles=[], is_staff=False)
    with pytest.raises(LastAdministrator):
        assign(admin, by, reason="Left.")
    User.objects.filter(pk=former.pk).update(
        roles=["ADMIN"], is_staff=True, suspended_at=admin.created_at
    )
    with pytest.raises(LastAdministrator):
        assign(admin, by, reason="The other one is suspended.")
    assert Role.ADMIN in User.objects.get(pk=admin.pk).roles


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one() -> None:
    one, other = make_admin(), make_admin()

    def remove(user_id: UUID, by: Actor) -> str:
        try:
            services.assign_staff_roles(user_id=user_id, actor=by, roles=[], reason="Out.")
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(remove, one.pk, actor(other))
        second = pool.submit(remove, other.pk, actor(one))
        outcomes = sorted([first.result(), second.result()])
    assert outcomes == ["last_administrator", "removed"]
    assert User.objects.filter(roles__contains=["ADMIN"], is_staff=True).count() == 1


@pytest.mark.django_db
def test_support_suspends_buyers_and_neither_staff_nor_administrators() -> None:
    by = actor(make_staff("SUPPORT"))
    services.suspend_user(user_id=make_user().pk, actor=by, reason="Fraud.")
    for protected in (make_staff("AUDITOR"), make_admin()):
        with pytest.raises(DomainError) as refusal:
            services.suspend_user(user_id=protected.pk, actor=by, reason="A quarrel.")
        assert refusal.value.code == "cannot_suspend"
