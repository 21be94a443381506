"""Who runs the platform."""

from marketplace.core.errors import NotFound
from marketplace.users.models import User
from marketplace.users.repositories.users import snapshot
from marketplace.users.snapshots import UserSnapshot

MOST_OPERATORS = 200


def list_operators() -> list[UserSnapshot]:
    """Everybody who may use the admin now, in one query; for letters that tell operators."""
    staff = User.objects.filter(is_staff=True, is_active=True, suspended_at__isnull=True)
    return [snapshot(user) for user in staff.order_by("pk")[:MOST_OPERATORS]]


def get_operator(*, email: str) -> UserSnapshot:
    """An operator by address, for commands on the server; raises NotFound for anybody else."""
    user = User.objects.filter(
        email__iexact=email, is_staff=True, is_active=True, suspended_at__isnull=True
    ).first()
    if user is None:
        raise NotFound("operator")
    return snapshot(user)
