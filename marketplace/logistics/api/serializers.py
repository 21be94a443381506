"""Input and the shape of answers, for validation and for the OpenAPI document."""

from rest_framework import serializers

from marketplace.core.api import money_field
from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.logistics.api import examples


class ShippingMethodQuerySerializer(StrictSerializer[None]):
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="EUR", help_text="ISO 4217 code.")
    subtotal = money_field(
        required=False, help_text="Value of the goods, for methods that are free above an amount."
    )
    country = serializers.RegexField(
        r"^[A-Z]{2}$", required=False, help_text="Destination, ISO 3166 alpha-2."
    )


class ShippingMethodSerializer(serializers.Serializer[None]):
    code = serializers.CharField(help_text="Give it as `shipping_method` when placing an order.")
    name = serializers.CharField()
    description = serializers.CharField()
    carrier = serializers.CharField()
    tracked = serializers.BooleanField()
    in_person = serializers.BooleanField()
    min_days = serializers.IntegerField()
    max_days = serializers.IntegerField()
    cost = money_field()
    free_from = money_field(allow_null=True)
    currency = serializers.CharField()


@shown_as(examples.METHODS)
class ShippingMethodListSerializer(serializers.Serializer[None]):
    results = ShippingMethodSerializer(many=True)


class TrackingEventSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(choices=["IN_TRANSIT", "DELIVERED"])
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


@shown_as(examples.SHIPMENT)
class ShipmentSerializer(serializers.Serializer[None]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    tracked = serializers.BooleanField()
    status = serializers.ChoiceField(choices=["CREATED", "IN_TRANSIT", "DELIVERED"])
    created_at = serializers.DateTimeField()
    first_scanned_at = serializers.DateTimeField(allow_null=True)
    last_scanned_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    events = TrackingEventSerializer(many=True)


class WebhookReceiptSerializer(serializers.Serializer[None]):
    received = serializers.BooleanField()
