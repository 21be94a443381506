"""An operator gives money of an unknown reference to the order that it was meant for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from marketplace.core.admin import ReasonForm, short_id
from marketplace.core.errors import DomainError
from marketplace.payments import services
from marketplace.payments.admin.display import money, operator
from marketplace.payments.admin.review_words import bank_has
from marketplace.payments.models import Payment, PaymentReview
from marketplace.payments.queries.list_fitting_payments import list_fitting_payments

DETAIL = "admin:payments_paymentreview_change"


class AssignForm(ReasonForm):
    order_id = forms.UUIDField(
        label="Order",
        widget=UnfoldAdminTextInputWidget(),
        help_text="Choose one above, or type the id of another order of the same amount.",
        error_messages={"invalid": "This is no order's id."},
    )
    field_order = ("order_id", "reason")


def assign_receipt(
    request: HttpRequest, context: dict[str, Any], review: PaymentReview
) -> HttpResponse:
    """The form with the orders that fit, and what became of it."""
    form = AssignForm(request.POST or None, initial={"order_id": request.GET.get("order_id", "")})
    if form.is_valid():
        try:
            services.assign_receipt(
                review_id=review.id, actor=operator(request), **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, refusal.detail or refusal.title)
        else:
            messages.success(request, "The money goes into the order's escrow.")
            return redirect(DETAIL, review.id)
    page = {
        **context,
        "title": "Assign to an order",
        "amount": money(review.amount_minor, review.currency),
        "review": review,
        "bank_has": bank_has(review),
        "fitting": list(_rows(list_fitting_payments(review))),
        "form": form,
        "back": reverse(DETAIL, args=[review.id]),
    }
    return TemplateResponse(request, "payments/admin/assign_receipt.html", page)


def _rows(payments: Iterable[Payment]) -> Iterable[dict[str, Any]]:
    for payment in payments:
        yield {
            "order_id": payment.order_id,
            "short_id": short_id(payment.order_id),
            "placed": payment.created_at,
            "buyer": payment.user.email,
            "seller": payment.seller.email,
            "standing": "ended unpaid: goes back at once" if payment.voided_at else "waits for it",
        }
