"""How amounts and links look on every page, and who acts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.core.actor import Actor, Role
from marketplace.core.money import Money


def operator(request: HttpRequest) -> Actor:
    """Who acts; the admin lets nobody in who is not staff, the commands ask for an operator."""
    roles = {Role(role) for role in request.user.roles}  # type: ignore[union-attr]
    if request.user.is_superuser:
        roles.add(Role.ADMIN)
    return Actor.user(UUID(str(request.user.pk)), *roles)


def money(amount_minor: int, currency: str) -> str:
    return str(Money(amount_minor, currency))


def link(name: str, target: object, text: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{name}", args=[target]), text)


def filtered(name: str, text: str, **query: object) -> SafeString:
    """A link to a list, filtered."""
    address = f"{reverse(f'admin:{name}')}?{urlencode(query)}"
    return format_html('<a href="{}">{}</a>', address, text)


class AmountMixin:
    """Shows ``amount_minor`` with its currency."""

    @admin.display(description="amount", ordering="amount_minor")
    def amount_text(self, row: Any) -> str:
        return money(row.amount_minor, row.currency)
