"""Seals, and the way of a sale's money with the seals that prove it."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from marketplace.core.admin import ReadOnlyAdmin, at_text, table
from marketplace.payments.admin.display import link
from marketplace.payments.models import Payment, Seal
from marketplace.payments.queries.get_money_trail import (
    SealMark,
    TrailLeg,
    get_money_trail_for_operator,
)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ("number", "sealed_at", "leaf_count", "first_position", "key_id", "hash_text")
    search_fields = ("number__exact",)
    search_help_text = "Number of the seal"
    ordering = ("-number",)
    fields = (
        *("number", "sealed_at", "first_position", "leaf_count", "key_id"),
        *("root_text", "previous_text", "hash_text", "signature_text"),
    )

    @admin.display(description="root")
    def root_text(self, seal: Seal) -> str:
        return bytes(seal.root).hex()

    @admin.display(description="hash of the seal before")
    def previous_text(self, seal: Seal) -> str:
        return bytes(seal.previous_hash).hex()

    @admin.display(description="hash")
    def hash_text(self, seal: Seal) -> str:
        return bytes(seal.hash).hex()

    @admin.display(description="signature")
    def signature_text(self, seal: Seal) -> str:
        return bytes(seal.signature).hex()


def money_trail(payment: Payment) -> str:
    """Events and journals in the order of time, with their legs and their seals."""
    trail = get_money_trail_for_operator(payment)
    rows = [(one.at, one.type, one.text, one.seal) for one in trail.events]
    rows += [
        (
            one.at,
            link("payments_ledgerjournal_change", one.id, one.kind.replace("_", " ")),
            format_html_join("", "{}", ((_leg(leg),) for leg in one.legs)),
            one.seal,
        )
        for one in trail.journals
    ]
    rows.sort(key=lambda row: row[0])
    return table(
        ("At", "Event or journal", "What happened", "Seal"),
        [(at_text(at), name, text, _seal(seal)) for at, name, text, seal in rows],
    )


def _leg(leg: TrailLeg) -> str:
    return format_html("<div>{} {} · {}</div>", leg.side, leg.amount, leg.account)


def _seal(mark: SealMark | None) -> str:
    if mark is None:
        return "not yet"
    return link("payments_seal_change", mark.number, f"{mark.number}, leaf {mark.position}")
