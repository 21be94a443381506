"""The settings of the tests: people, payments in each state, wallets with money in them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from marketplace.core.actor import Actor, Role
from marketplace.core.ids import new_id
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.step_up import StepUpProof
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.accounts import Account
from marketplace.payments.models import (
    BankAccount,
    LedgerBalance,
    Payment,
    PaymentAttempt,
    PaymentEvent,
    PayoutPolicy,
    TopUp,
    Transaction,
)
from marketplace.payments.providers.protocol import PaymentOutcome
from marketplace.payments.services import (
    CommissionTerms,
    HoldOutcome,
    RefundSnapshot,
    ReleaseSnapshot,
    add_bank_account,
    create_payment,
    hold_captured_funds,
    pay_from_wallet,
    refund_order,
    release_escrow,
    release_part,
    request_withdrawal,
    start_payment,
    top_up_wallet,
)
from marketplace.payments.services._approvals import bank_account_binding, withdrawal_binding
from marketplace.payments.services.add_bank_account import read_account
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed
from marketplace.payments.snapshots import BankAccountSnapshot, PayoutSnapshot, TopUpSnapshot
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.tests.step_ups import approve

_numbers = count(1)
R = TypeVar("R")
HUNDRED_EUR = Money(10_000, "EUR")
IBAN = "DE89370400440532013000"
OPERATOR = Actor.user(new_id(), Role.ADMIN)
RETURN_URL = "http://shop.test/back"


def make_user(role: Role = Role.BUYER) -> User:
    return User.objects.create(
        email=f"{role.lower()}-{next(_numbers)}@example.test",
        password="!",
        user_type=role,
        roles=[role],
        is_staff=role is Role.ADMIN,
        is_superuser=role is Role.ADMIN,
    )


def actor_for(user: User) -> Actor:
    return Actor.user(user.pk, *(Role(role) for role in user.roles))


def in_transaction(command: Callable[..., R], **arguments: Any) -> R:
    """Call a command that needs a transaction as an entry point would."""
    with transaction.atomic():
        return command(**arguments)


def terms_for(amount: Money, rate_bps: int = 1000) -> CommissionTerms:
    return CommissionTerms(rate_bps, None, amount, amount.share(rate_bps))


@dataclass
class Sale:
    """One order's payment, as far as a test has driven it."""

    payment_id: UUID
    order_id: UUID
    buyer: User
    seller: User
    amount: Money

    @property
    def payment(self) -> Payment:
        return Payment.objects.get(id=self.payment_id)

    @property
    def attempt(self) -> PaymentAttempt:
        """The newest one."""
        return PaymentAttempt.objects.filter(payment_id=self.payment_id).order_by("-id")[0]


def make_sale(
    amount: Money = HUNDRED_EUR,
    *,
    rate_bps: int = 1000,
    buyer: User | None = None,
    seller: User | None = None,
    tax: Money | None = None,
    terms: CommissionTerms | None = None,
) -> Sale:
    """A payment that waits for its buyer: 100.00 EUR at 10 % unless told else.

    ``tax`` is German, on the commission.
    """
    sale = Sale(
        payment_id=new_id(),
        order_id=new_id(),
        buyer=buyer or make_user(),
        seller=seller or make_user(Role.SELLER),
        amount=amount,
    )
    in_transaction(
        create_payment,
        payment_id=sale.payment_id,
        order_id=sale.order_id,
        buyer_id=sale.buyer.pk,
        seller_id=sale.seller.pk,
        amount=amount,
        commission=terms
        or replace(
            terms_for(amount, rate_bps),
            tax_minor=tax.amount_minor if tax else 0,
            tax_jurisdiction="DE",
        ),
    )
    return sale


def start(sale: Sale, key: str = "key-1", **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "payment_id": sale.payment_id,
        "actor": actor_for(sale.buyer),
        "method": "card",
        "idempotency_key": key,
        "return_url": RETURN_URL,
        **changes,
    }
    return start_payment(**arguments)


def capture(
    sale: Sale, provider: FakeProvider, amount: Money | None = None, key: str = "key-1"
) -> UUID:
    """The buyer pays on the provider's page and we hear of it; returns the attempt's id."""
    attempt_id: UUID = start(sale, key).attempt_id
    report_capture(provider, attempt_id, amount)
    return attempt_id


def report_capture(provider: FakeProvider, attempt_id: UUID, amount: Money | None = None) -> None:
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED, amount)
    record_attempt_observed(attempt_id=attempt_id, observed=provider.payments[object_id])


def hold(sale: Sale, provider: FakeProvider) -> UUID:
    """Captured and in escrow."""
    attempt_id = capture(sale, provider)
    outcome = in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    assert outcome is HoldOutcome.HELD
    return attempt_id


def pay_by_wallet(sale: Sale, key: str = "wallet-1") -> UUID:
    """The buyer pays from the wallet; returns the attempt's id."""
    started = in_transaction(
        pay_from_wallet,
        payment_id=sale.payment_id,
        actor=actor_for(sale.buyer),
        idempotency_key=key,
    )
    return started.attempt_id


def release(sale: Sale, amount_minor: int, release_id: UUID | None = None) -> ReleaseSnapshot:
    return in_transaction(
        release_part,
        order_id=sale.order_id,
        amount=Money(amount_minor, sale.amount.currency),
        release_id=release_id or new_id(),
    )


def refund(sale: Sale, amount_minor: int, refund_id: UUID | None = None) -> RefundSnapshot:
    return in_transaction(
        refund_order,
        refund_id=refund_id or new_id(),
        order_id=sale.order_id,
        amount=Money(amount_minor, sale.amount.currency),
        reason="Not as described",
        actor=OPERATOR,
    )


def make_paid_seller(provider: FakeProvider, amount: Money = HUNDRED_EUR) -> User:
    """A seller with ``amount`` in the wallet, from a sale without commission."""
    seller = make_user(Role.SELLER)
    fill_wallet(seller, provider, amount)
    return seller


def fill_wallet(user: User, provider: FakeProvider, amount: Money = HUNDRED_EUR) -> None:
    """Give somebody ``amount`` in the wallet, from a sale without commission."""
    sale = make_sale(amount, rate_bps=0, seller=user)
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)


def withdraw_approved(**wanted: Any) -> PayoutSnapshot:
    """``request_withdrawal`` by somebody who has just approved exactly this."""
    if wanted["actor"].user_id is None:
        return request_withdrawal(**wanted, step_up=StepUpProof(None, new_id()))
    binding = withdrawal_binding(amount=wanted["amount"], bank_account_id=wanted["bank_account_id"])
    proof = approve(wanted["actor"].user_id, "withdrawal", binding)
    return request_withdrawal(**wanted, step_up=proof)


def add_approved_bank_account(**told: Any) -> BankAccountSnapshot:
    """``add_bank_account`` by somebody who has just approved this account."""
    account = {name: value for name, value in told.items() if name not in {"actor", "bank_name"}}
    binding = bank_account_binding(**read_account(**account))
    proof = approve(told["actor"].user_id, "bank_account", binding)
    return add_bank_account(**told, step_up=proof)


def make_bank_account(user: User, currency: str = "EUR") -> BankAccount:
    kept = add_approved_bank_account(
        actor=actor_for(user), account_holder="Linden Seller", currency=currency, iban=IBAN
    )
    return BankAccount.objects.get(id=kept.id)


def start_top_up(
    user: User, amount: Money = HUNDRED_EUR, key: str = "top-up-1", **changes: Any
) -> TopUpSnapshot:
    arguments: dict[str, Any] = {
        "actor": actor_for(user),
        "amount": amount,
        "method": "card",
        "return_url": RETURN_URL,
        "idempotency_key": key,
        **changes,
    }
    return top_up_wallet(**arguments)


def report_top_up(provider: FakeProvider, top_up_id: UUID, amount: Money | None = None) -> None:
    """The user pays on the provider's page and we hear of it."""
    object_id = provider.settle_payment(str(top_up_id), PaymentOutcome.CAPTURED, amount)
    record_top_up_observed(top_up_id=top_up_id, observed=provider.payments[object_id])


def balance(account: Account) -> int:
    """The balance of an account that keeps one; 0 for one that nobody has used."""
    row = LedgerBalance.objects.filter(
        account__code=account.code, account__currency=account.currency
    ).first()
    return row.balance_minor if row else 0


def escrow(sale: Sale) -> int:
    return balance(accounts.order_escrow(sale.order_id, sale.amount.currency))


def wallet(user: User, currency: str = "EUR") -> int:
    return balance(accounts.user_wallet(user.pk, currency))


def everything() -> tuple[Any, ...]:
    """What must not change when a command is refused: states, balances, events, outbox."""
    return (
        list(Payment.objects.order_by("id").values()),
        list(PaymentAttempt.objects.order_by("id").values()),
        list(TopUp.objects.order_by("id").values()),
        list(LedgerBalance.objects.order_by("account_id").values()),
        list(Transaction.objects.order_by("id").values()),
        PaymentEvent.objects.count(),
        OutboxEvent.objects.count(),
    )


def set_payout_policy(
    *, currency: str | None = None, level: str | None = None, **members: Any
) -> PayoutPolicy:
    """Make the policy of a currency and level say so; what is not named stays as it was."""
    policy, _ = PayoutPolicy.objects.update_or_create(
        currency=currency, verification_level=level, defaults=members
    )
    return policy


def sell(provider: FakeProvider, seller: User, amount: Money = HUNDRED_EUR) -> Sale:
    """One more sale of the seller's, without commission, released to the wallet."""
    sale = make_sale(amount, rate_bps=0, seller=seller)
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    return sale
