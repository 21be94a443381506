"""How amounts and links look on every page, and who acts."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.core.admin import operator
from marketplace.core.money import Money

__all__ = ["AmountMixin", "filtered", "link", "money", "operator"]


def money(amount_minor: int, currency: str) -> str:
    return str(Money(amount_minor, currency))


LINK = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>'


def link(name: str, target: object, text: object) -> SafeString:
    return format_html(LINK, reverse(f"admin:{name}", args=[target]), text)


def filtered(name: str, text: str, **query: object) -> SafeString:
    """A link to a list, filtered."""
    address = f"{reverse(f'admin:{name}')}?{urlencode(query)}"
    return format_html(LINK, address, text)


class AmountMixin:
    """Shows ``amount_minor`` with its currency."""

    @admin.display(description="amount", ordering="amount_minor")
    def amount_text(self, row: Any) -> str:
        return money(row.amount_minor, row.currency)
