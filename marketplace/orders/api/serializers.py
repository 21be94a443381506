"""Input and the shape of answers, for validation and for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from marketplace.core.api import money_field
from marketplace.core.api.input import PageQuerySerializer, StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.orders.api import examples
from marketplace.orders.basket import MAX_LINES, MAX_NOTES, MAX_QUANTITY
from marketplace.orders.transitions import OrderStatus
from marketplace.payments.queries import WALLET

MAX_REASON = 1000
ROLES = ("buyer", "seller")
ACTIONS = {
    "pay_order": "pay",
    "accept_order": "accept",
    "ship_order": "ship",
    "record_delivery": "deliver",
    "confirm_receipt": "confirm",
    "cancel_order": "cancel",
    "request_cancellation": "request-cancellation",
    "decline_cancellation": "decline-cancellation",
    "extend_ship_by": "extend-ship-by",
    "refund_order": "refund",
}
"""Which path below the order gives a command."""


class BasketLineSerializer(StrictSerializer[Any]):
    product_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)


class ShippingAddressSerializer(StrictSerializer[Any]):
    recipient = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=200)
    region = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=200, required=False, allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166 alpha-2.")
    phone = serializers.CharField(max_length=200, required=False, allow_blank=True)


@shown_as(request=examples.PLACE)
class PlaceOrderSerializer(StrictSerializer[Any]):
    items = serializers.ListField(child=BasketLineSerializer(), min_length=1, max_length=MAX_LINES)
    shipping_address = ShippingAddressSerializer(required=False)
    shipping_address_id = serializers.UUIDField(
        required=False, help_text="One of `users/me/addresses/`, in place of `shipping_address`."
    )
    shipping_method = serializers.CharField(
        max_length=40, help_text="A `code` of `shipping/methods/`."
    )
    notes = serializers.CharField(
        max_length=MAX_NOTES, required=False, allow_blank=True, default=""
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("shipping_address" in attrs) == ("shipping_address_id" in attrs):
            text = "Send either shipping_address or shipping_address_id."
            raise serializers.ValidationError({"shipping_address": [text]}, code="required")
        return attrs


@shown_as(request=examples.PAY)
class PayOrderSerializer(StrictSerializer[Any]):
    payment_method = serializers.CharField(
        max_length=20,
        default="card",
        help_text="`card`, `bank_transfer`, `mobile_money`, …, or `wallet`: paid at once.",
    )
    provider = serializers.SlugField(max_length=20, required=False)
    return_url = serializers.URLField(
        max_length=2000,
        required=False,
        help_text="Where the provider's page sends the buyer afterwards; not needed for `wallet`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("return_url") and attrs["payment_method"] != WALLET:
            raise serializers.ValidationError({"return_url": ["This field is required."]})
        return attrs


@shown_as(request=examples.SHIP)
class ShipOrderSerializer(StrictSerializer[Any]):
    carrier = serializers.RegexField(
        r"^[-a-zA-Z0-9_]{0,40}$",
        required=False,
        allow_blank=True,
        default="",
        help_text="Defaults to the shipping method's carrier.",
    )
    tracking_number = serializers.RegexField(
        r"^([A-Za-z0-9-]{4,40})?$",
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed when the shipping method is tracked.",
    )


@shown_as(request=examples.REFUND)
class RefundOrderSerializer(StrictSerializer[Any]):
    amount = money_field(help_text="Always said: nothing stands for all of it.")
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="The order's.")
    reason = serializers.CharField(
        max_length=500, help_text="Written to the timeline, where both parties read it."
    )


@shown_as(request=examples.REASON)
class ReasonSerializer(StrictSerializer[Any]):
    reason = serializers.CharField(
        max_length=MAX_REASON, required=False, allow_blank=True, default=""
    )


@shown_as(request=examples.DELIVER)
class DeliverSerializer(StrictSerializer[Any]):
    note = serializers.CharField(
        max_length=MAX_REASON, required=False, allow_blank=True, default=""
    )


@shown_as(request=examples.EXTEND)
class ExtendShipBySerializer(StrictSerializer[Any]):
    business_days = serializers.IntegerField(min_value=1, max_value=365)


class OrderQuerySerializer(PageQuerySerializer):
    role = serializers.ChoiceField(
        choices=ROLES, default="buyer", help_text="Orders that you bought, or that you sell."
    )
    status = serializers.ChoiceField(choices=OrderStatus.choices, required=False)
    created_after = serializers.DateTimeField(required=False, help_text="This moment or later.")
    created_before = serializers.DateTimeField(required=False, help_text="Before this moment.")


class OrderItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    title = serializers.CharField(help_text="As it was when it was bought.")
    image_url = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    unit_price = money_field()
    total_price = money_field()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OrderDeadlineSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    due_at = serializers.DateTimeField()


class CancellationRequestSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class PlacedAddressSerializer(ShippingAddressSerializer):
    """The address of a placed order: every member is there, some may be empty."""

    line2 = serializers.CharField(allow_blank=True)
    region = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)


@shown_as(examples.ORDER)
class OrderSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    checkout_id = serializers.UUIDField()
    buyer_id = serializers.UUIDField()
    seller_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    version = serializers.IntegerField(help_text="Also in `ETag`; send it as `If-Match`.")
    items = OrderItemSerializer(many=True)
    subtotal = money_field()
    shipping_cost = money_field()
    tax = money_field()
    buyer_fee = money_field(help_text="Your share of the commission; 0 under most rules.")
    total = money_field()
    currency = serializers.CharField()
    payment_id = serializers.UUIDField()
    shipping_address = PlacedAddressSerializer(
        allow_null=True, help_text="The seller sees it once the order is paid."
    )
    shipping_method = serializers.CharField()
    is_tracked = serializers.BooleanField()
    is_in_person = serializers.BooleanField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    shipment_id = serializers.UUIDField(allow_null=True)
    notes = serializers.CharField(allow_blank=True)
    escrow_terms = serializers.DictField(
        child=serializers.IntegerField(), help_text="The timers, pinned when it was placed."
    )
    deadlines = OrderDeadlineSerializer(many=True, help_text="What happens by itself, and when.")
    cancellation_request = CancellationRequestSerializer(allow_null=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    cancel_note = serializers.CharField(allow_blank=True)
    cancelled_by = serializers.CharField(allow_blank=True)
    is_frozen = serializers.BooleanField()
    your_part = serializers.CharField(help_text="BUYER, SELLER or OPERATOR.")
    available_actions = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(ACTIONS.values())),
        help_text="Paths below this order that you can call now.",
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    refunded_at = serializers.DateTimeField(allow_null=True)


@shown_as(examples.CHECKOUT)
class CheckoutSerializer(serializers.Serializer[Any]):
    checkout_id = serializers.UUIDField()
    orders = OrderSerializer(many=True, help_text="One per seller.")


class NextActionSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["redirect", "none"])
    url = serializers.CharField(required=False, help_text="With `redirect`.")


class StartedPaymentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    status = serializers.CharField()
    amount = money_field()
    currency = serializers.CharField()
    payment_method = serializers.CharField()
    payment_provider = serializers.CharField()
    escrow_status = serializers.CharField(allow_null=True)


@shown_as(examples.PAYMENT_START)
class PaymentStartSerializer(serializers.Serializer[Any]):
    payment = StartedPaymentSerializer()
    next_action = NextActionSerializer(help_text="Send the buyer to `url`, if there is one.")


class CounterpartySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    display_name = serializers.CharField()
    profile_picture_url = serializers.CharField(allow_blank=True)
    verification_status = serializers.CharField()


@shown_as(examples.HISTORY_ENTRY)
class OrderHistoryEntrySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    checkout_id = serializers.UUIDField()
    buyer_id = serializers.UUIDField()
    seller_id = serializers.UUIDField()
    counterparty = CounterpartySerializer(allow_null=True, help_text="The other party's card.")
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    title = serializers.CharField(help_text="Of the dearest line.")
    image_url = serializers.CharField(allow_blank=True)
    item_count = serializers.IntegerField(help_text="Pieces.")
    total = money_field()
    currency = serializers.CharField()
    tracking_number = serializers.CharField(allow_blank=True)
    has_open_request = serializers.BooleanField()
    is_frozen = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OrderTimelineEntrySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    command = serializers.CharField()
    party = serializers.CharField()
    from_status = serializers.CharField(allow_blank=True)
    to_status = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    details = serializers.DictField()
    occurred_at = serializers.DateTimeField()


@shown_as(examples.TIMELINE)
class OrderTimelineSerializer(serializers.Serializer[Any]):
    results = OrderTimelineEntrySerializer(many=True)
