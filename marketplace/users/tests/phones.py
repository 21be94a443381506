"""Proving a telephone number in tests, here and in every other service."""

from marketplace.users import services
from marketplace.users.models import User
from marketplace.users.sign_in_flows import OpenFlow
from marketplace.users.tests.step_ups import approve


def asked(user: User, number: str) -> OpenFlow:
    """A code was sent to the number."""
    return services.send_phone_code(user_id=user.pk, phone_number=number)


def confirm(user: User, flow: OpenFlow) -> None:
    services.change_phone(
        user_id=user.pk,
        flow_token=flow.token,
        code=flow.state["code"],
        step_up=approve(user, "phone_change", {"phone_number": flow.state["phone_number"]}),
    )


def prove(user: User, number: str) -> None:
    confirm(user, asked(user, number))


def let_go(user: User) -> None:
    """The number is taken from the account as lost."""
    User.objects.filter(pk=user.pk).update(phone_number="", phone_verified_at=None)
