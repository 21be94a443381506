"""What somebody approves with a second factor before money can go somewhere."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount
from marketplace.payments.services._approvals import bank_account_binding, withdrawal_binding
from marketplace.payments.services.add_bank_account import read_account
from marketplace.users.services import Approval, describes_step_up


@describes_step_up("withdrawal")
def describe_withdrawal(user_id: UUID, details: Mapping[str, Any]) -> Approval:
    """The details are the body of the withdrawal. Raises NotFound for a strange bank account."""
    # Imported here: a worker without an API has no use for it.
    from marketplace.payments.api.serializers import NewWithdrawalSerializer

    wanted = NewWithdrawalSerializer(data=details)
    wanted.is_valid(raise_exception=True)
    data = wanted.validated_data
    amount = Money.from_decimal(data["amount"], data["currency"])
    account = BankAccount.objects.filter(
        id=data["bank_account_id"], user_id=user_id, removed_at__isnull=True
    ).first()
    if account is None:
        raise NotFound("bank account")
    return Approval(
        withdrawal_binding(amount=amount, bank_account_id=account.id),
        f"Withdraw {amount} to {account.masked_number}",
    )


@describes_step_up("bank_account")
def describe_bank_account(_user_id: UUID, details: Mapping[str, Any]) -> Approval:
    """The details are the body that adds the account. Raises InvalidBankAccount."""
    from marketplace.payments.api.serializers import NewBankAccountSerializer

    wanted = NewBankAccountSerializer(data=details)
    wanted.is_valid(raise_exception=True)
    data = dict(wanted.validated_data)
    data.pop("bank_name", None)
    account = read_account(**data)
    return Approval(
        bank_account_binding(**account),
        f"Let money go to {account['holder']}, {account['kind'].replace('_', ' ')} ending in "
        f"{account['number'][-4:]} ({account['currency']})",
    )
