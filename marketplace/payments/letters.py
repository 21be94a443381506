"""Letters about money leaving the platform. They are queued in the caller's transaction, so that
one is sent exactly when the thing it tells of has happened."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail

from marketplace.users.queries import get_user, list_operators

NOT_YOU = "If this was not you, change your password at once and write to our support."


def write_account_added(*, user_id: UUID, masked_number: str, usable_from_at: datetime) -> None:
    _write(
        user_id,
        "A bank account was added",
        f"The bank account {masked_number} was added to your wallet.",
        f"Withdrawals can go to it from {_moment(usable_from_at)}.",
        NOT_YOU,
    )


def write_account_removed(*, user_id: UUID, masked_number: str) -> None:
    _write(
        user_id,
        "A bank account was removed",
        f"The bank account {masked_number} was removed from your wallet.",
        "A withdrawal that is on its way to it goes on; one that was not sent can be cancelled.",
        NOT_YOU,
    )


def write_payout_returned(
    *, user_id: UUID, amount: str, masked_number: str, code: str, settled: str = ""
) -> None:
    _write(
        user_id,
        "A withdrawal came back",
        f"The bank returned your withdrawal of {amount} to {masked_number} ({code}).",
        _back_in_wallet(settled),
        "Nothing more is sent to this account. Check its holder and number: remove it and add it "
        "corrected, or write to our support if it is right.",
    )


def write_payout_failed(*, user_id: UUID, amount: str, code: str, settled: str = "") -> None:
    _write(
        user_id,
        "A withdrawal could not be sent",
        f"Your withdrawal of {amount} could not be sent ({code}).",
        f"{_back_in_wallet(settled)} Check the bank account before you try again.",
    )


def write_payout_rejected(*, user_id: UUID, amount: str, reason: str, settled: str = "") -> None:
    _write(
        user_id,
        "A withdrawal was not approved",
        f"Your withdrawal of {amount} was not approved: {reason}",
        _back_in_wallet(settled),
    )


def write_to_operators(*, subject: str, text: str) -> None:
    """To the address of the settings; without one the admin's desk is all there is."""
    if settings.OPERATIONS_EMAIL:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [settings.OPERATIONS_EMAIL])


def write_to_every_operator(*, subject: str, text: str) -> None:
    """To each operator, and to the address of the settings: for what cannot wait for the desk."""
    addresses = {operator.email for operator in list_operators()}
    if settings.OPERATIONS_EMAIL:
        addresses.add(settings.OPERATIONS_EMAIL)
    for address in sorted(addresses):
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])


def _write(user_id: UUID, subject: str, *paragraphs: str) -> None:
    send_mail(
        subject,
        "\n\n".join(paragraphs),
        settings.DEFAULT_FROM_EMAIL,
        [get_user(user_id=user_id).email],
    )


def _back_in_wallet(settled: str) -> str:
    """``settled``: how much of it went to what they owed, or nothing."""
    if not settled:
        return "The money is in your wallet again."
    return (
        f"The money came back into your wallet, and {settled} of it settled what you owed us for "
        "earlier sales."
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
