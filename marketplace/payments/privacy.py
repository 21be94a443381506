"""What payments know of people. The books themselves name nobody but by id."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from marketplace.core.privacy import (
    PersonalData,
    Retained,
    excuse_model,
    register_personal_data,
)
from marketplace.core.retention import RetentionRule, register_retention
from marketplace.payments.models import (
    BankAccount,
    Payment,
    PaymentAttempt,
    PaymentInstrument,
    Payout,
    PayoutSchedule,
    ProviderWebhook,
    RiskFinding,
    TopUp,
    Transaction,
    Wallet,
    WebhookState,
)
from marketplace.payments.queries.list_erasure_obstacles import list_erasure_obstacles
from marketplace.payments.repositories.bank_accounts import open_destination
from marketplace.users.queries import list_matched_accounts

BATCH_SIZE = 1000
PAYMENT = (
    "id",
    "order_id",
    "amount_minor",
    "currency",
    "payment_method",
    "payment_provider",
    "payment_details",
    "status",
    "escrow_status",
    "created_at",
)
MOVEMENT = ("id", "type", "amount_minor", "wallet_change_minor", "currency", "status", "created_at")
PAYOUT = ("id", "amount_minor", "currency", "provider", "status", "created_at")
TOP_UP = ("id", "amount_minor", "currency", "provider", "method", "status", "created_at")
FORGOTTEN = "(erased with the person)"
ACCOUNT = ("id", "masked_number", "currency", "bank_name", "bank_code", "created_at", "removed_at")


def _payments(user_id: UUID) -> dict[str, Any]:
    def rows(model: Any, columns: tuple[str, ...], of: Q) -> list[dict[str, Any]]:
        return list(model.objects.filter(of).order_by("-id").values(*columns))

    own = Q(user_id=user_id)
    # What a seller's buyer paid with is the buyer's business.
    sold = [column for column in PAYMENT if column != "payment_details"]
    return {
        "paid": rows(Payment, PAYMENT, own),
        "sold": rows(Payment, tuple(sold), Q(seller_id=user_id)),
        "top_ups": rows(TopUp, TOP_UP, own),
        "payouts": rows(Payout, PAYOUT, own),
        "wallet": rows(Transaction, MOVEMENT, Q(wallet__user_id=user_id)),
        "wallets": rows(Wallet, ("id", "currency", "is_active"), own),
        "schedules": rows(PayoutSchedule, ("currency", "interval", "weekday"), own),
    }


def _forget_schedules_and_webhooks(user_id: UUID) -> int:
    """The books stay as they are; what providers sent about the person's payments is emptied."""
    deleted, _ = PayoutSchedule.objects.filter(user_id=user_id).delete()
    ids = _provider_ids(user_id)
    emptied = ProviderWebhook.objects.filter(object_id__in=ids).update(raw_body=b"")
    return deleted + emptied


def _provider_ids(user_id: UUID) -> list[str]:
    attempts = PaymentAttempt.objects.filter(payment__user_id=user_id)
    ids = list(attempts.values_list("provider_payment_id", flat=True))
    ids += TopUp.objects.filter(user_id=user_id).values_list("provider_payment_id", flat=True)
    ids += Payout.objects.filter(user_id=user_id).values_list("provider_payout_id", flat=True)
    return [provider_id for provider_id in ids if provider_id]


def _bank_accounts(user_id: UUID) -> list[dict[str, Any]]:
    rows = BankAccount.objects.filter(user_id=user_id).order_by("-id")
    return [
        {
            **{column: getattr(row, column) for column in ACCOUNT},
            "account_holder": open_destination(row).account_holder if row.number_encrypted else "",
        }
        for row in rows
    ]


def _forget_unused_accounts(user_id: UUID) -> int:
    """Accounts that no money went to; one that was paid is evidence for as long as the law says.

    One that gave its owner T1 keeps its fingerprint, for as long as those: an erasure does not let
    the same account prove somebody else (ADR 97).
    """
    used = Payout.objects.filter(user_id=user_id).values("bank_account_id")
    unused = BankAccount.objects.filter(user_id=user_id).exclude(id__in=used)
    return _blank(unused, known=list_matched_accounts(user_id=user_id))


def _forget_accounts(user_id: UUID) -> int:
    return _blank(BankAccount.objects.filter(user_id=user_id))


def _blank(accounts: Any, *, known: Collection[UUID] = ()) -> int:
    ids = list(accounts.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payments_forget_bank_accounts(%s::uuid[], %s::uuid[])", [ids, list(known)]
        )
        (count,) = cursor.fetchone()
    return int(count)


def _instruments(user_id: UUID) -> list[dict[str, Any]]:
    rows = PaymentInstrument.objects.filter(user_id=user_id).order_by("-id")
    return [dict(row) for row in rows.values("provider", "created_at", "last_paid_at")]


def _forget_instruments(user_id: UUID) -> int:
    deleted: int = PaymentInstrument.objects.filter(user_id=user_id).delete()[0]
    return deleted


def _purge_instruments(before: datetime) -> int:
    oldest = PaymentInstrument.objects.filter(last_paid_at__lt=before).order_by("last_paid_at")
    ids = list(oldest.values_list("pk", flat=True)[:BATCH_SIZE])
    old = PaymentInstrument.objects.filter(pk__in=ids, last_paid_at__lt=before)
    deleted: int = old.delete()[0]
    return deleted


def _untold(_user_id: UUID) -> list[Any]:
    """Whoever was looked at and reads of it knows what to do otherwise."""
    return []


def _forget_words_about(user_id: UUID) -> int:
    """The finding names two ids and codes and stays for its period; what an operator wrote goes."""
    decided = RiskFinding.objects.filter(decided_at__isnull=False)
    of_theirs = decided.filter(Q(buyer_id=user_id) | Q(seller_id=user_id))
    return of_theirs.exclude(decided_reason=FORGOTTEN).update(decided_reason=FORGOTTEN)


def _purge_findings(before: datetime) -> int:
    oldest = RiskFinding.objects.filter(decided_at__lt=before).order_by("decided_at")
    ids = list(oldest.values_list("pk", flat=True)[:BATCH_SIZE])
    deleted: int = RiskFinding.objects.filter(pk__in=ids, decided_at__lt=before).delete()[0]
    return deleted


register_personal_data(
    PersonalData(
        name="payments.payments",
        title="Payments, wallet and payouts",
        why="To move money between you and others, and to keep the books that prove it.",
        kept="The books name you by a number alone and stay: payments.books.",
        models=(
            "payments.Payment",
            "payments.TopUp",
            "payments.Payout",
            "payments.PayoutSchedule",
            "payments.Wallet",
            "payments.CurrencyExchange",
            "payments.ProviderWebhook",
        ),
        export=_payments,
        erase=_forget_schedules_and_webhooks,
        obstacles=list_erasure_obstacles,
    )
)
register_personal_data(
    PersonalData(
        name="payments.bank_accounts",
        title="Bank accounts",
        why="To pay you.",
        kept="payments.bank_accounts",
        models=("payments.BankAccount",),
        export=_bank_accounts,
        erase=_forget_unused_accounts,
        retained=Retained("payments.bank_accounts", _forget_accounts),
    )
)


def _purge_webhooks(before: datetime) -> int:
    # Rows come in the order of time, so the oldest are the first by primary key.
    oldest = ProviderWebhook.objects.order_by("id").values_list("pk", flat=True)[:BATCH_SIZE]
    old = ProviderWebhook.objects.filter(pk__in=list(oldest), received_at__lt=before)
    deleted: int = old.exclude(state=WebhookState.RECEIVED).delete()[0]
    return deleted


register_retention(
    RetentionRule(
        name="payments.webhooks",
        title="Messages of payment providers, as they came",
        days=180,
        least_days=30,
        reason="To settle what a provider said; its facts are kept apart, in the books.",
        sweep=_purge_webhooks,
    )
)
register_retention(
    RetentionRule(
        name="payments.bank_accounts",
        title="After their owner was erased: bank accounts that money went to, and the "
        "fingerprint of one that gave its owner a level",
        days=5 * 365,
        least_days=0,
        reason="Laws against money laundering: five years (Directive (EU) 2015/849, article 40). "
        "The fingerprint keeps one account from vouching for two people.",
    )
)

register_retention(
    RetentionRule(
        name="payments.instruments",
        title="Cards and accounts that paid, since they last did",
        days=2 * 365,
        least_days=2,
        reason="Who buys from themselves does so over months; a card lives three years or so.",
        sweep=_purge_instruments,
    )
)
register_retention(
    RetentionRule(
        name="payments.risk_findings",
        title="Decided findings about sales whose parties looked linked",
        days=5 * 365,
        least_days=30,
        reason="Laws against money laundering: five years (Directive (EU) 2015/849, article 40).",
        sweep=_purge_findings,
    )
)

STAFF = "Who of the platform's staff decided what, by id: the record of the decision."
for label in (
    "payments.CommissionRule",
    "payments.ItemResolution",
    "payments.PaymentReview",
    "payments.PayoutFreeze",
    "payments.WalletDecision",
):
    excuse_model(label, STAFF)
BOOKS = "The books: amounts, ids and hashes, no name, address or number of anybody."
for label in (
    "payments.Chargeback",
    "payments.LedgerAccount",
    "payments.LedgerAccountKind",
    "payments.LedgerJournal",
    "payments.PaymentAttempt",
    "payments.PaymentEvent",
    "payments.PayoutBatch",
    "payments.PayoutBatchItem",
    "payments.ReconciliationItem",
    "payments.ProviderReportLine",
    "payments.Refund",
    "payments.SealLeaf",
    "payments.Transaction",
):
    excuse_model(label, BOOKS)
register_personal_data(
    PersonalData(
        name="payments.instruments",
        title="Cards and accounts that paid, as keyed hashes",
        why="To see that one card pays for many people, or for its owner's own sales.",
        kept="payments.instruments",
        models=("payments.PaymentInstrument",),
        export=_instruments,
        erase=_forget_instruments,
    )
)
register_personal_data(
    PersonalData(
        name="payments.risk_findings",
        title="Sales whose buyer and seller looked linked",
        why="To find fraud and money laundering. What gave somebody away is told to nobody: laws "
        "allow it to be left out of an export (Regulation (EU) 2016/679, article 23).",
        kept="payments.risk_findings",
        models=("payments.RiskFinding",),
        export=_untold,
        erase=_forget_words_about,
    )
)
excuse_model("payments.HoldingLimit", "The platform's own words.")
excuse_model("payments.RiskPolicy", "The platform's own limits; it names nobody.")
