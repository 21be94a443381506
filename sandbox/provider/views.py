"""The provider's API."""

from typing import Any

from django.http import HttpRequest

from sandbox.api.errors import invalid, not_found
from sandbox.api.http import Answer, endpoint
from sandbox.api.paging import check_parameters, list_answer, read_limit
from sandbox.provider.models import Balance, BalanceTransaction, Chargeback, Payment, Payout, Refund
from sandbox.provider.objects import (
    chargeback_object,
    payment_object,
    payout_object,
    refund_object,
    transaction_id,
    transaction_object,
)
from sandbox.provider.services.charge_back import decide_chargeback, open_chargeback
from sandbox.provider.services.create_payment import create_payment
from sandbox.provider.services.pay_out import create_payout
from sandbox.provider.services.refund_payment import create_refund
from sandbox.provider.services.settle_payment import cancel_payment


def _list_payments(request: HttpRequest) -> Answer:
    return list_answer(request, Payment.objects.all(), payment_object)


def _get_payment(_request: HttpRequest, payment_id: str) -> Answer:
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise not_found("payment")
    return Answer(payment_object(payment))


def _cancel_payment(body: dict[str, Any], payment_id: str) -> Answer:
    if body:
        raise invalid("parameter_unknown", "Cancelling takes no parameters.", next(iter(body)))
    return Answer(payment_object(cancel_payment(payment_id=payment_id)))


def _list_refunds(request: HttpRequest) -> Answer:
    return list_answer(request, Refund.objects.all(), refund_object)


def _get_refund(_request: HttpRequest, refund_id: str) -> Answer:
    refund = Refund.objects.filter(pk=refund_id).first()
    if refund is None:
        raise not_found("refund")
    return Answer(refund_object(refund))


def _list_chargebacks(request: HttpRequest) -> Answer:
    return list_answer(request, Chargeback.objects.all(), chargeback_object)


def _get_chargeback(_request: HttpRequest, chargeback_id: str) -> Answer:
    chargeback = Chargeback.objects.filter(pk=chargeback_id).first()
    if chargeback is None:
        raise not_found("chargeback")
    return Answer(chargeback_object(chargeback))


def _list_payouts(request: HttpRequest) -> Answer:
    return list_answer(request, Payout.objects.all(), payout_object)


def _get_payout(_request: HttpRequest, payout_id: str) -> Answer:
    payout = Payout.objects.filter(pk=payout_id).first()
    if payout is None:
        raise not_found("payout")
    return Answer(payout_object(payout))


def _get_balance(request: HttpRequest) -> Answer:
    check_parameters(request)
    return Answer(
        {
            "balances": [
                {
                    "currency": balance.currency,
                    "amount": balance.amount_minor,
                    "reserved": balance.reserved_minor,
                    "available": balance.amount_minor - balance.reserved_minor,
                }
                for balance in Balance.objects.order_by("currency")
            ]
        }
    )


def _list_transactions(request: HttpRequest) -> Answer:
    check_parameters(request, "after", "limit")
    limit = read_limit(request, default=100, highest=1000)
    after = request.GET.get("after", "")
    digits = after.removeprefix("txn_")
    if after and not (after.startswith("txn_") and digits.isascii() and digits.isdigit()):
        raise invalid("parameter_invalid", "after must be the id of a transaction.", "after")
    position = int(digits[:18] or 0)
    found = list(
        BalanceTransaction.objects.filter(position__gt=position).order_by("position")[: limit + 1]
    )
    page = found[:limit]
    return Answer(
        {
            "data": [transaction_object(line) for line in page],
            "has_more": len(found) > limit,
            # Always given, so that a reader can come back later for what is new.
            "next_after": transaction_id(page[-1].position) if page else after or None,
        }
    )


payments = endpoint(get=_list_payments, post=create_payment)
payment = endpoint(get=_get_payment)
payment_cancel = endpoint(post=_cancel_payment)
refunds = endpoint(get=_list_refunds, post=create_refund)
refund = endpoint(get=_get_refund)
chargebacks = endpoint(get=_list_chargebacks, post=open_chargeback)
chargeback = endpoint(get=_get_chargeback)
chargeback_decide = endpoint(post=decide_chargeback)
payouts = endpoint(get=_list_payouts, post=create_payout)
payout = endpoint(get=_get_payout)
balance = endpoint(get=_get_balance)
balance_transactions = endpoint(get=_list_transactions)
