"""Input of the views, and the shapes of their answers for the API document."""

from typing import Any

from rest_framework import serializers

from marketplace.core.api import money_field
from marketplace.core.api.input import PageQuerySerializer, StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.core.money import known_currencies
from marketplace.payments.api import examples
from marketplace.payments.models import (
    EscrowStatus,
    NumberKind,
    PaymentStatus,
    PayoutStatus,
    TransactionStatus,
    TransactionType,
)

CURRENCY_PATTERN = r"^[A-Z]{3}$"


def currency_field(**kwargs: Any) -> serializers.RegexField:
    kwargs.setdefault("help_text", "ISO 4217 code, such as EUR.")
    kwargs.setdefault("error_messages", {"invalid": "Three capital letters, such as EUR."})
    return serializers.RegexField(CURRENCY_PATTERN, **kwargs)


@shown_as(examples.PAYMENT)
class PaymentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    user_id = serializers.UUIDField(help_text="The buyer.")
    seller_id = serializers.UUIDField()
    amount = money_field()
    currency = currency_field()
    payment_method = serializers.CharField(allow_blank=True, help_text="Empty before an attempt.")
    payment_provider = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    provider_transaction_id = serializers.CharField(allow_blank=True)
    escrow_status = serializers.ChoiceField(
        choices=EscrowStatus.choices, allow_null=True, help_text="null before the money came."
    )
    payment_details = serializers.DictField(help_text="What may be shown of the instrument.")
    must_settle_before = serializers.DateTimeField(
        allow_null=True, help_text="The provider's limit on holding this money."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PeriodQuerySerializer(PageQuerySerializer):
    created_from = serializers.DateTimeField(
        required=False, help_text="Not before this moment (ISO 8601)."
    )
    created_before = serializers.DateTimeField(required=False, help_text="Before this moment.")


class PaymentFilterSerializer(PeriodQuerySerializer):
    status = serializers.ChoiceField(choices=PaymentStatus.choices, required=False)
    escrow_status = serializers.ChoiceField(choices=EscrowStatus.choices, required=False)
    order_id = serializers.UUIDField(required=False)
    currency = currency_field(required=False)
    role = serializers.ChoiceField(
        choices=["BUYER", "SELLER"],
        required=False,
        help_text="BUYER: those that you make. SELLER: those that you get.",
    )


class TimelineEntrySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    type = serializers.CharField()
    text = serializers.CharField()
    by = serializers.ChoiceField(choices=["buyer", "seller", "platform", "provider"])


@shown_as(examples.TIMELINE)
class TimelineSerializer(serializers.Serializer[Any]):
    results = TimelineEntrySerializer(many=True)


class HoldSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(
        choices=["FIRST_SALES", "RESERVE"],
        help_text="A seller's first sales, or a share of every sale, are held for some days.",
    )
    amount = money_field()
    available_at = serializers.DateTimeField(help_text="It can be withdrawn from then on.")


class WalletSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    currency = currency_field()
    is_active = serializers.BooleanField()
    balance = money_field(help_text="What is in the wallet: available and on hold.")
    available = money_field(help_text="Can be withdrawn.")
    pending = money_field(help_text="Your share of sales that are still in escrow.")
    reserved = money_field(help_text="On its way to a bank.")
    on_hold = money_field(help_text="In the wallet, and cannot be withdrawn yet.")
    owed = money_field(
        help_text="Refunds and chargebacks after the money had left; your next sales repay it."
    )
    holds = HoldSerializer(many=True, help_text="What is on hold, soonest first.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@shown_as(examples.WALLETS)
class WalletListSerializer(serializers.Serializer[Any]):
    results = WalletSerializer(many=True)


@shown_as(examples.TRANSACTION)
class TransactionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    wallet_id = serializers.UUIDField()
    payment_id = serializers.UUIDField(allow_null=True)
    type = serializers.ChoiceField(choices=TransactionType.choices)
    amount = money_field()
    wallet_change = money_field(help_text="What it did to the wallet's balance; may be 0.")
    currency = currency_field()
    status = serializers.ChoiceField(choices=TransactionStatus.choices)
    notes = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TransactionFilterSerializer(PeriodQuerySerializer):
    currency = currency_field(required=False)
    type = serializers.ChoiceField(choices=TransactionType.choices, required=False)
    status = serializers.ChoiceField(choices=TransactionStatus.choices, required=False)


@shown_as(examples.BANK_ACCOUNT)
class BankAccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number_kind = serializers.ChoiceField(choices=NumberKind.choices)
    masked_number = serializers.CharField(help_text="Only the last four characters are shown.")
    currency = currency_field()
    bank_name = serializers.CharField(allow_blank=True)
    bank_code = serializers.CharField(allow_blank=True)
    is_default = serializers.BooleanField(help_text="Scheduled payouts of its currency go to it.")
    is_blocked = serializers.BooleanField(
        help_text="A withdrawal to it came back: remove it and add it corrected, or ask support."
    )
    usable_from_at = serializers.DateTimeField(
        help_text="Money can go to the account from this moment on."
    )
    created_at = serializers.DateTimeField()


@shown_as({"results": [examples.BANK_ACCOUNT]})
class BankAccountListSerializer(serializers.Serializer[Any]):
    results = BankAccountSerializer(many=True)


@shown_as(request=examples.NEW_BANK_ACCOUNT)
class NewBankAccountSerializer(StrictSerializer[Any]):
    """One of `iban`, `account_number`, `paypal` and `stripe_account`."""

    account_holder = serializers.CharField(max_length=140)
    iban = serializers.CharField(max_length=42, required=False, allow_blank=True, default="")
    account_number = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default=""
    )
    paypal = serializers.CharField(
        max_length=127,
        required=False,
        allow_blank=True,
        default="",
        help_text="Email address or id of a PayPal account.",
    )
    stripe_account = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="Id of an account connected at Stripe, acct_….",
    )
    bank_code = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        help_text="The bank in its country's list, beside an account number that needs one.",
    )
    currency = currency_field()
    bank_name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")

    def validate_currency(self, value: str) -> str:
        if value not in known_currencies():
            raise serializers.ValidationError("This is not an ISO 4217 currency code.")
        return value


@shown_as(examples.WITHDRAWAL)
class WithdrawalSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    bank_account_id = serializers.UUIDField()
    masked_number = serializers.CharField(required=False)
    amount = money_field()
    currency = currency_field()
    status = serializers.ChoiceField(choices=PayoutStatus.choices)
    failure_code = serializers.CharField(
        allow_blank=True, help_text="Such as cancelled, rejected, or the bank's reason."
    )
    awaits_approval = serializers.BooleanField(help_text="Our staff approves it before it is sent.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@shown_as(request=examples.NEW_WITHDRAWAL)
class NewWithdrawalSerializer(StrictSerializer[Any]):
    amount = money_field()
    currency = currency_field()
    bank_account_id = serializers.UUIDField()


@shown_as({"received": True})
class PaymentWebhookReceiptSerializer(serializers.Serializer[Any]):
    received = serializers.BooleanField()
