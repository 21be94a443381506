"""Payments with their events, attempts and refunds."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from marketplace.core.admin import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    at_text,
    money_text,
    short_id,
    status_label,
    table,
)
from marketplace.payments.admin.display import AmountMixin, link
from marketplace.payments.admin.ledger_links import in_a_row, statement_of
from marketplace.payments.admin.seals import money_trail
from marketplace.payments.models import (
    Chargeback,
    LedgerAccount,
    LedgerJournal,
    Payment,
    PaymentAttempt,
    Refund,
)
from marketplace.payments.queries.get_payment_timeline import describe_for_operator
from marketplace.payments.snapshots import CommissionTerms

MOST_JOURNALS = 100


class AttemptInline(ReadOnlyInline):
    model = PaymentAttempt
    fields = ("id", "provider", "method", "status", "provider_payment_id", "failure_code")


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = (
        "id",
        "source",
        "amount",
        "from_seller",
        "status",
        "provider_refund_id",
    )
    amount, from_seller = money_text("amount"), money_text("from_seller", "borne by the seller")


class ChargebackInline(ReadOnlyInline):
    model = Chargeback
    fields = (
        "provider_chargeback_id",
        "amount",
        "status",
        "reason",
        "respond_by_at",
        "from_escrow",
        "from_seller",
        "uncovered",
    )
    readonly_fields = fields
    amount, uncovered = money_text("amount"), money_text("uncovered")
    from_escrow = money_text("from_escrow", "frozen of the escrow")
    from_seller = money_text("from_seller", "borne by the seller")


@admin.register(Payment)
class PaymentAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "order_text",
        "buyer_text",
        "seller_text",
        "amount_text",
        "status_text",
        "escrow_text",
        "payment_provider",
        "created_at",
    )
    list_filter = ("status", "escrow_status", "payment_provider", "currency")
    status_text = status_label()
    escrow_text = status_label("escrow_status", "escrow")
    search_fields = (
        "id__exact",
        "order_id__exact",
        "user__id__exact",
        "seller__id__exact",
        "provider_transaction_id__exact",
    )
    search_help_text = "Id of the payment, order, buyer, seller, or the provider's id"
    ordering = ("-id",)
    list_select_related = ("user", "seller")
    inlines = (AttemptInline, RefundInline, ChargebackInline)
    captured = money_text("captured")
    released = money_text("released")
    refunded = money_text("refunded")
    refunded_after = money_text("refunded_after", "refunded after release")
    disputed = money_text("disputed")
    charged_back = money_text("charged_back")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("status", "escrow_status"),
                    ("amount_text", "payment_method"),
                    ("payment_provider", "provider_transaction_id"),
                    ("user", "seller"),
                    "links",
                )
            },
        ),
        ("What happened", {"fields": ("timeline", "trail")}),
        (
            "Money",
            {
                "fields": (
                    ("captured", "released"),
                    ("refunded", "refunded_after"),
                    ("disputed", "charged_back"),
                    "must_settle_before",
                    "commission_text",
                    "journals",
                )
            },
        ),
        ("More", {"fields": ("id", "order_id", "payment_details", "created_at", "updated_at")}),
    )
    readonly_fields = ("links", "commission_text", "timeline", "journals", "trail")
    exclude = ("commission_terms",)
    of_the_books = frozenset({"links", "trail", "journals"})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the journals for staff who do not see the books."""
        if request.user.has_perm("payments.view_ledgerjournal"):
            return self.fieldsets
        return [
            (
                name,
                {**options, "fields": [f for f in options["fields"] if f not in self.of_the_books]},
            )
            for name, options in self.fieldsets
        ]

    @admin.display(description="commission, as frozen at the sale")
    def commission_text(self, payment: Payment) -> str:
        terms = CommissionTerms.from_json(payment.commission_terms)
        heads = ("rule", "of", "commission", "tax", "buyer pays", "why")
        rows = (
            (
                link("payments_commissionrule_change", part.rule_id, part.rule_name or "rule")
                if part.rule_id
                else "none",
                part.base,
                part.commission,
                part.tax,
                part.buyer_fee,
                part.explanation,
            )
            for part in terms.parts or (terms,)
        )
        return table(heads, rows)

    @admin.display(description="order")
    def order_text(self, payment: Payment) -> str:
        return short_id(payment.order_id)

    @admin.display(description="buyer")
    def buyer_text(self, payment: Payment) -> str:
        return payment.user.email

    @admin.display(description="seller")
    def seller_text(self, payment: Payment) -> str:
        return payment.seller.email

    @admin.display(description="events")
    def timeline(self, payment: Payment) -> str:
        return table(
            ("#", "At", "Event", "What happened", "By", "Hash"),
            [
                (
                    event.version,
                    at_text(event.occurred_at),
                    event.type,
                    sentence,
                    event.actor,
                    bytes(event.hash).hex()[:12],
                )
                for event, sentence in describe_for_operator(payment)
            ],
        )

    @admin.display(description="about")
    def links(self, payment: Payment) -> SafeString | str:
        order = link("orders_order_change", payment.order_id, "Order")
        return in_a_row(iter((order, *self._accounts(payment))))

    def _accounts(self, payment: Payment) -> Iterator[SafeString]:
        code = f"order:{payment.order_id}:"
        rows = LedgerAccount.objects.filter(code__in=[f"{code}escrow", f"{code}disputed"])
        for account in rows.order_by("code"):
            yield statement_of(account.pk, f"{account.code.split(':')[-1].capitalize()} account")

    @admin.display(description="money trail")
    def trail(self, payment: Payment) -> str:
        return money_trail(payment)

    @admin.display(description="books")
    def journals(self, payment: Payment) -> str:
        """What it did to the books, oldest first; an order has a handful of journals."""
        rows = LedgerJournal.objects.filter(reference_id=payment.order_id).order_by("id")
        return table(
            ("At", "Journal", "Key"),
            [
                (
                    at_text(journal.occurred_at),
                    link(
                        "payments_ledgerjournal_change",
                        journal.pk,
                        journal.kind.replace("_", " ").capitalize(),
                    ),
                    journal.business_key,
                )
                for journal in rows[:MOST_JOURNALS]
            ],
        )


@admin.register(Refund)
class RefundAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = (
        "created_at",
        "amount_text",
        "status_text",
        "source",
        "payment_link",
        "checks",
    )
    status_text = status_label()
    list_filter = ("status", "source", "provider")
    search_fields = ("id__exact", "payment__id__exact", "provider_refund_id__exact")
    ordering = ("-id",)
    list_select_related = False

    @admin.display(description="payment")
    def payment_link(self, refund: Refund) -> SafeString:
        return link("payments_payment_change", refund.payment_id, short_id(refund.payment_id))
