"""What a step-up binds: an approval and its command call these, so they speak of the same."""

from dataclasses import asdict
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.core.step_up import StepUpProof
from marketplace.users.services import use_step_up

Binding = dict[str, str]


def withdrawal_binding(*, amount: Money, bank_account_id: UUID) -> Binding:
    return {
        "amount_minor": str(amount.amount_minor),
        "currency": amount.currency,
        "payee": str(bank_account_id),
    }


def bank_account_binding(
    *, kind: str, number: str, bank_code: str, currency: str, holder: str
) -> Binding:
    return {
        "kind": str(kind),
        "number": number,
        "bank_code": bank_code,
        "currency": currency,
        "holder": holder,
    }


@needs_transaction
def use_approval(proof: StepUpProof, *, user_id: UUID, purpose: str, binding: Binding) -> None:
    """Raises StepUpRequired, StepUpRefused."""
    use_step_up(**asdict(proof), user_id=user_id, purpose=purpose, binding=binding)
