"""The hosted payment page.

The form is plain: a script may POST `outcome=pay` or `outcome=decline` to it as well, and the name
of a `card`, which is the same card wherever it is given. There are no
cookies, so nothing acts on the payer's behalf but the knowledge of the unguessable address; a
browser that says the form came from another site is refused all the same.
"""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from sandbox.api.errors import ApiError
from sandbox.pages.html import page
from sandbox.pages.money import format_amount
from sandbox.provider.models import Payment
from sandbox.provider.services.settle_payment import submit_payment

MAX_CARD = 40
_CHECK = "M5 12.5l4.5 4.5L19 7.5"
_CROSS = "M7 7l10 10M17 7L7 17"
_CLOCK = "M12 6.5V12l3.5 2.2M12 3a9 9 0 1 0 .01 0"
# status or reason → (tone, mark, headline, message)
_STATES = {
    "succeeded": ("good", _CHECK, "Paid", "This payment has been made. You owe nothing more."),
    "declined": ("bad", _CROSS, "Declined", "The payment did not go through; nothing was taken."),
    "processing": ("wait", _CLOCK, "Your bank is confirming", "This page looks again by itself."),
    "expired": ("wait", _CLOCK, "Expired", "The time to pay has run out; nothing was taken."),
    "cancelled": ("bad", _CROSS, "Cancelled", "The shop withdrew this payment."),
    "unknown": ("bad", _CROSS, "No such payment", "Please go back to the shop and try again."),
    "refused": ("bad", _CROSS, "Not possible", "This form must be sent from the payment page."),
    "invalid": ("bad", _CROSS, "Not understood", "Send outcome=pay or outcome=decline."),
}


def pay_page(request: HttpRequest, payment_id: str) -> HttpResponse:
    """GET shows the page; POST `outcome=pay|decline` decides and goes back to the shop (303)."""
    try:
        request.get_host()
    except DisallowedHost:
        return _plain("unknown", 404)
    if request.method in {"GET", "HEAD"}:
        payment = Payment.objects.filter(pk=payment_id).first()
        return _plain("unknown", 404) if payment is None else _show(payment)
    if request.method != "POST":
        response = _plain("invalid", 405)
        response["Allow"] = "GET, HEAD, POST"
        return response
    return _submit(request, payment_id)


def _submit(request: HttpRequest, payment_id: str) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        return _plain("refused", 403)
    try:
        outcome, card = request.POST.get("outcome", ""), request.POST.get("card", "")
    except (RequestDataTooBig, ValueError, OSError):
        outcome = card = ""
    if len(card) > MAX_CARD or outcome not in {"pay", "decline"}:
        return _plain("invalid", 400)
    try:
        payment = submit_payment(
            payment_id=payment_id, pay=outcome == "pay", instrument=card.strip()
        )
    except ApiError:
        return _plain("unknown", 404)
    if payment.status == Payment.Status.CANCELLED:
        return _show(payment, status=409)
    response = HttpResponse(status=303)
    response["Location"] = _return_link(payment) or f"/pay/{payment.id}"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _return_link(payment: Payment) -> str:
    """The shop's address with the outcome added; what it already carried is kept."""
    if not payment.return_url:
        return ""
    parts = urlsplit(payment.return_url)
    ours = {
        "payment_id": payment.id,
        "reference": payment.reference,
        "status": payment.status,
    }
    kept = [pair for pair in parse_qsl(parts.query, True) if pair[0] not in ours]
    return urlunsplit(parts._replace(query=urlencode([*kept, *ours.items()])))


def _show(payment: Payment, *, status: int = 200) -> HttpResponse:
    state = "open" if payment.status == Payment.Status.REQUIRES_PAYMENT else payment.status
    if payment.status == Payment.Status.CANCELLED and payment.failure_code == "expired":
        state = "expired"
    amount = format_amount(payment.amount_minor, payment.currency)
    tone, mark, headline, message = _STATES.get(state, ("", "", "", ""))
    merchant = settings.SANDBOX.merchant_name
    return page(
        "pay.html",
        {
            "title": f"{headline or 'Pay ' + amount} · {merchant}",
            "merchant": merchant,
            "subtitle": "asks you for a payment" if state == "open" else "Payment",
            "payment": payment,
            "amount": amount,
            "state": state,
            "tone": tone,
            "mark": mark,
            "headline": headline,
            "message": message,
            "return_link": "" if state in {"open", "processing"} else _return_link(payment),
            "refresh_seconds": 2 if state == "processing" else None,
        },
        status=status,
        form_target=payment.return_url,
    )


def _plain(state: str, status: int) -> HttpResponse:
    tone, mark, headline, message = _STATES[state]
    return page(
        "pay.html",
        {
            "title": headline,
            "merchant": settings.SANDBOX.merchant_name,
            "subtitle": "Payment",
            "state": state,
            "tone": tone,
            "mark": mark,
            "headline": headline,
            "message": message,
        },
        status=status,
    )
