from collections.abc import Mapping
from uuid import UUID

from django.db.models import DecimalField, F, Func, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import AccountKind, seller_receivable, user_wallet
from marketplace.payments.models import (
    EscrowStatus,
    LedgerBalance,
    Payment,
    Payout,
    PayoutStatus,
    Wallet,
)
from marketplace.payments.repositories.holds import Withdrawable, read_holds
from marketplace.payments.repositories.payout_policies import read_terms_by_currency
from marketplace.payments.snapshots import HoldSnapshot, WalletSnapshot

IN_WALLET, OWED = AccountKind.USER_WALLET.value, AccountKind.SELLER_RECEIVABLE.value
PRODUCT = DecimalField(max_digits=40, decimal_places=0)
ON_ITS_WAY = (PayoutStatus.REQUESTED, PayoutStatus.UNKNOWN, PayoutStatus.SENT)


def get_wallets(*, user_id: UUID) -> list[WalletSnapshot]:
    """The user's wallets, one per currency, in the order of the currencies' codes.

    The balance is the ledger's, never a copy; what of it is on hold is worked out from the
    releases by the policies of this moment.
    """
    wallets = list(Wallet.objects.filter(user_id=user_id).order_by("currency"))
    if not wallets:
        return []
    balances = _balances(user_id)
    pending = _pending(user_id)
    reserved = _reserved(user_id)
    terms = read_terms_by_currency(
        user_id=user_id, currencies=[wallet.currency for wallet in wallets]
    )
    at = clock.database_now()

    def snapshot_of(wallet: Wallet) -> WalletSnapshot:
        currency = wallet.currency
        holds = read_holds(wallet=wallet, terms=terms[currency], at=at)
        withdrawable = Withdrawable(balances.get((IN_WALLET, currency), 0), holds)
        return WalletSnapshot(
            id=wallet.id,
            currency=currency,
            is_active=wallet.is_active,
            balance=Money(withdrawable.balance_minor, currency),
            available=Money(withdrawable.available_minor, currency),
            pending=Money(pending.get(currency, 0), currency),
            reserved=Money(reserved.get(currency, 0), currency),
            on_hold=Money(withdrawable.on_hold_minor, currency),
            owed=Money(balances.get((OWED, currency), 0), currency),
            holds=tuple(
                HoldSnapshot(hold.reason, Money(hold.amount_minor, currency), hold.available_at)
                for hold in withdrawable.effective_holds
            ),
            created_at=wallet.created_at,
            updated_at=wallet.updated_at,
        )

    return [snapshot_of(wallet) for wallet in wallets]


def _balances(user_id: UUID) -> Mapping[tuple[str, str], int]:
    """What is in the wallet and what is owed, by kind of account and currency."""
    # The codes name the user; the currency stands beside.
    codes = [user_wallet(user_id, "EUR").code, seller_receivable(user_id, "EUR").code]
    rows = LedgerBalance.objects.filter(account__code__in=codes)
    found = rows.values_list("account__kind_id", "account__currency", "balance_minor")
    return {(kind, currency): balance for kind, currency, balance in found}


def _pending(user_id: UUID) -> Mapping[str, int]:
    """What the seller gets if everything that is still held is released: see ``slices``."""
    rows = Payment.objects.filter(seller_id=user_id, escrow_status=EscrowStatus.IN_ESCROW)
    sold = F("released_minor") - F("refunded_after_minor")
    left = F("captured_minor") - (
        F("released_minor") + F("refunded_minor") + F("charged_back_minor")
    )
    net = Sum(left - _kept(sold + left) + _kept(sold))
    return {row["currency"]: int(row["net"]) for row in rows.values("currency").annotate(net=net)}


def _kept(sold: Combinable) -> Combinable:
    # The product of two amounts does not fit into 64 bits: 100 million rupiah are 10^10 units.
    whole = Cast(F("commission_minor") + F("tax_minor"), PRODUCT)
    dividend = whole * sold * 2 + F("captured_minor")
    return Func(dividend, F("captured_minor") * 2, function="div", output_field=PRODUCT)


def _reserved(user_id: UUID) -> Mapping[str, int]:
    rows = Payout.objects.filter(user_id=user_id, status__in=ON_ITS_WAY)
    total = Sum("amount_minor")
    grouped = rows.values("currency").annotate(total=total)
    return {row["currency"]: int(row["total"]) for row in grouped}
