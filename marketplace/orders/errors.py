"""What orders refuse: each error states the fact; its code is stable and it says what to do."""

from collections.abc import Mapping
from typing import ClassVar

from marketplace.core.errors import DomainError, ErrorKind, Forbidden, InvalidInput
from marketplace.orders.transitions import Command, OrderStatus


class OrderRefused(DomainError):
    """The order's present state forbids the command; nothing was changed."""

    kind = ErrorKind.CONFLICT
    advice: ClassVar[str] = "Read the order again to see what can be done with it now."

    def __init__(self, *, status: str, detail: str = "") -> None:
        super().__init__(
            detail or f"{self.title}: it is {status}. {self.advice}", order_status=str(status)
        )


class OrderNotPayable(OrderRefused):
    code = "order_not_payable"
    title = "The order is not waiting for payment"


class OrderNotAcceptable(OrderRefused):
    code = "order_not_acceptable"
    title = "The order cannot be accepted now"
    advice = "An order is accepted once it is paid."


class OrderNotShippable(OrderRefused):
    code = "order_not_shippable"
    title = "The order cannot be shipped now"
    advice = "Accept a paid order first, then ship it."


class OrderNotDeliverable(OrderRefused):
    code = "order_not_deliverable"
    title = "The order is not on its way"
    advice = "Delivery is recorded once the order is shipped."


class OrderNotConfirmable(OrderRefused):
    code = "order_not_confirmable"
    title = "The order cannot be confirmed now"
    advice = "Receipt is confirmed once the order is delivered."


class OrderNotCancellable(OrderRefused):
    code = "order_not_cancellable"
    title = "The order cannot be cancelled by you now"
    advice = (
        "A buyer cancels while it is unpaid and asks the seller after that (request-cancellation); "
        "a seller cancels until it is shipped."
    )


class OrderNotRefundable(OrderRefused):
    code = "order_not_refundable"
    title = "The order cannot be refunded now"
    advice = "An order is refunded once it is paid; a cancelled one is refunded by itself."


class CancellationNotRequestable(OrderRefused):
    code = "cancellation_not_requestable"
    title = "Cancellation cannot be requested now"
    advice = "It can be requested from the payment until the order is shipped."


class ShipByNotExtendable(OrderRefused):
    code = "ship_by_not_extendable"
    title = "The time for shipping cannot be extended now"
    advice = "It can be extended from the payment until the order is shipped."


class TimerNotApplicable(OrderRefused):
    code = "timer_not_applicable"
    title = "The order has moved on and this timer no longer applies"


class OrderAlreadyPaid(OrderRefused):
    code = "order_already_paid"
    title = "The order is paid already"


class OrderAlreadyAccepted(OrderRefused):
    code = "order_already_accepted"
    title = "The order is accepted already"


class OrderAlreadyShipped(OrderRefused):
    code = "order_already_shipped"
    title = "The order is shipped already"
    advice = "It cannot be called back; the buyer can act once it arrives."


class OrderAlreadyDelivered(OrderRefused):
    code = "order_already_delivered"
    title = "The order is delivered already"


class OrderAlreadyCompleted(OrderRefused):
    code = "order_already_completed"
    title = "The order is completed already"
    advice = "The seller has been paid; there is nothing left to do."


class OrderAlreadyCancelled(OrderRefused):
    code = "order_already_cancelled"
    title = "The order is cancelled already"
    advice = "There is nothing left to do; what was paid is on its way back."


class OrderAlreadyRefunded(OrderRefused):
    code = "order_already_refunded"
    title = "The order is refunded already"
    advice = "There is nothing left to do."


class OrderFrozen(OrderRefused):
    code = "order_frozen"
    title = "The order's money is frozen"
    advice = "A dispute or a chargeback is open; it must be settled first."


class CancellationAlreadyRequested(OrderRefused):
    code = "cancellation_already_requested"
    title = "A cancellation request is open already"
    advice = "Wait for the seller; silence cancels the order."


class CancellationRequestOpen(OrderRefused):
    code = "cancellation_request_open"
    title = "The buyer asks for cancellation"
    advice = "Answer first: cancel the order, or decline the request."


class NoOpenCancellationRequest(OrderRefused):
    code = "no_open_cancellation_request"
    title = "There is no open cancellation request"


class ScanNotOverdue(OrderRefused):
    code = "scan_not_overdue"
    title = "The order is shipped and cannot be cancelled yet"
    advice = "You can cancel when the carrier has not scanned the parcel for a long time."


class BuyerNotReminded(OrderRefused):
    code = "buyer_not_reminded"
    title = "The buyer has not been reminded yet"


class DeadlineNotDue(OrderRefused):
    code = "deadline_not_due"
    title = "The deadline has not passed"


class ShipByExtensionTooLong(DomainError):
    code = "ship_by_extension_too_long"
    kind = ErrorKind.RULE
    title = "The time for shipping cannot be extended by that much"


class NotYourPart(Forbidden):
    """A party of the order, in the wrong part."""

    code = "not_your_part"
    title = "This is for another party of the order to do"


class BasketInvalid(InvalidInput):
    code = "basket_invalid"
    title = "The basket is not valid"


class AddressInvalid(InvalidInput):
    code = "address_invalid"
    title = "The shipping address is not valid"


class ProductUnknown(DomainError):
    code = "product_unknown"
    kind = ErrorKind.RULE
    title = "A product of the basket does not exist"


class OwnListing(DomainError):
    code = "own_listing"
    kind = ErrorKind.RULE
    title = "You cannot buy what you sell yourself"


class BasketMixesCurrencies(DomainError):
    code = "basket_mixes_currencies"
    kind = ErrorKind.RULE
    title = "One seller's products of one basket must have the same currency"


class SellerNotTrading(DomainError):
    code = "seller_not_trading"
    kind = ErrorKind.RULE
    title = "A seller of the basket does not trade now"


class TradingLimitReached(DomainError):
    """``limit`` names it, ``lifted_by`` the level that allows more."""

    code = "trading_limit_reached"
    kind = ErrorKind.RULE
    title = "The order is above the limits of your verification level"


class SellerLimitReached(DomainError):
    """Says nothing of how much the seller sells."""

    code = "seller_limit_reached"
    kind = ErrorKind.RULE
    title = "The seller cannot take this order now"


_WRONG_STATE: Mapping[Command, type[OrderRefused]] = {
    Command.PAY_ORDER: OrderNotPayable,
    Command.RECEIVE_PAYMENT: OrderNotPayable,
    Command.ACCEPT_ORDER: OrderNotAcceptable,
    Command.REQUEST_CANCELLATION: CancellationNotRequestable,
    Command.DECLINE_CANCELLATION: NoOpenCancellationRequest,
    Command.CANCEL_ORDER: OrderNotCancellable,
    Command.REFUND_ORDER: OrderNotRefundable,
    Command.REFUND_PART: OrderNotRefundable,
    Command.EXTEND_SHIP_BY: ShipByNotExtendable,
    Command.SHIP_ORDER: OrderNotShippable,
    Command.RECORD_DELIVERY: OrderNotDeliverable,
    Command.CONFIRM_RECEIPT: OrderNotConfirmable,
}
_FINAL: Mapping[str, type[OrderRefused]] = {
    OrderStatus.COMPLETED: OrderAlreadyCompleted,
    OrderStatus.CANCELLED: OrderAlreadyCancelled,
    OrderStatus.REFUNDED: OrderAlreadyRefunded,
}
_S = OrderStatus
_DONE: Mapping[Command, tuple[frozenset[str], type[OrderRefused]]] = {
    Command.PAY_ORDER: (
        frozenset({_S.PAYMENT_RECEIVED, _S.PROCESSING, _S.SHIPPED, _S.DELIVERED}),
        OrderAlreadyPaid,
    ),
    Command.ACCEPT_ORDER: (
        frozenset({_S.PROCESSING, _S.SHIPPED, _S.DELIVERED}),
        OrderAlreadyAccepted,
    ),
    Command.SHIP_ORDER: (frozenset({_S.SHIPPED, _S.DELIVERED}), OrderAlreadyShipped),
    Command.REQUEST_CANCELLATION: (frozenset({_S.SHIPPED, _S.DELIVERED}), OrderAlreadyShipped),
    Command.EXTEND_SHIP_BY: (frozenset({_S.SHIPPED, _S.DELIVERED}), OrderAlreadyShipped),
    Command.RECORD_DELIVERY: (frozenset({_S.DELIVERED}), OrderAlreadyDelivered),
}


def wrong_state(command: Command, status: str) -> OrderRefused:
    """The error that says best why ``command`` is refused in ``status``."""
    if final := _FINAL.get(status):
        return final(status=status)
    statuses, already = _DONE.get(command, (frozenset(), OrderRefused))
    if status in statuses:
        return already(status=status)
    return _WRONG_STATE.get(command, TimerNotApplicable)(status=status)
