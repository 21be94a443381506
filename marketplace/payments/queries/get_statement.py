from datetime import date
from uuid import UUID

from marketplace.payments.statements.statement import Statement, make_statement
from marketplace.users.queries import get_user


def get_statement(*, user_id: UUID, currency: str, starts_on: date, ends_on: date) -> Statement:
    """The user's wallet in one currency over a period of days; raises StatementPeriodInvalid."""
    return make_statement(user_id=user_id, currency=currency, starts_on=starts_on, ends_on=ends_on)


def get_statement_holder(*, user_id: UUID) -> str:
    """Whose name the statement carries: in full, for it is for them alone."""
    user = get_user(user_id=user_id)
    return f"{user.first_name} {user.last_name}".strip() or user.email
