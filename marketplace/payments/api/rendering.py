"""Rows and snapshots as the members of answers: money as decimal strings."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from marketplace.core.api import money_members
from marketplace.payments.queries import PaymentSnapshot, PayoutSnapshot, WalletSnapshot


def payment_row(row: Mapping[str, Any]) -> dict[str, Any]:
    members = dict(row)
    members.update(money_members(row["currency"], amount=members.pop("amount_minor")))
    return members


def payment(snapshot: PaymentSnapshot) -> dict[str, Any]:
    """The specification's Payment; also used beside an order."""
    return {
        "id": snapshot.id,
        "order_id": snapshot.order_id,
        "user_id": snapshot.user_id,
        "seller_id": snapshot.seller_id,
        **money_members(snapshot.amount.currency, amount=snapshot.amount.amount_minor),
        "payment_method": snapshot.payment_method,
        "payment_provider": snapshot.payment_provider,
        "status": snapshot.status,
        "provider_transaction_id": snapshot.provider_transaction_id,
        "escrow_status": snapshot.escrow_status,
        "payment_details": snapshot.payment_details,
        "must_settle_before": snapshot.must_settle_before,
        "created_at": snapshot.created_at,
        "updated_at": snapshot.updated_at,
    }


def wallet(snapshot: WalletSnapshot, user_id: UUID) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "user_id": user_id,
        "is_active": snapshot.is_active,
        **money_members(
            snapshot.currency,
            balance=snapshot.balance.amount_minor,
            available=snapshot.available.amount_minor,
            pending=snapshot.pending.amount_minor,
            reserved=snapshot.reserved.amount_minor,
            on_hold=snapshot.on_hold.amount_minor,
            owed=snapshot.owed.amount_minor,
        ),
        "holds": [
            {
                "reason": hold.reason,
                "amount": hold.amount.to_decimal_string(),
                "available_at": hold.available_at,
            }
            for hold in snapshot.holds
        ],
        "created_at": snapshot.created_at,
        "updated_at": snapshot.updated_at,
    }


def transaction_row(row: Mapping[str, Any]) -> dict[str, Any]:
    members = dict(row)
    amounts = money_members(
        row["currency"],
        amount=members.pop("amount_minor"),
        wallet_change=members.pop("wallet_change_minor"),
    )
    return {**members, **amounts}


def withdrawal_row(row: Mapping[str, Any]) -> dict[str, Any]:
    members = dict(row)
    members.update(money_members(row["currency"], amount=members.pop("amount_minor")))
    return members


def withdrawal(snapshot: PayoutSnapshot) -> dict[str, Any]:
    members = asdict(snapshot)
    members.pop("user_id")
    members.update(money_members(snapshot.amount.currency, amount=snapshot.amount.amount_minor))
    return members
