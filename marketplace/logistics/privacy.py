"""What shipping knows of people: a number that a carrier can turn into an address."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from marketplace.core.privacy import PersonalData, excuse_model, register_personal_data
from marketplace.core.retention import RetentionRule, register_retention
from marketplace.logistics.models import CarrierWebhook, Shipment

BATCH_SIZE = 1000

SHIPMENT = ("order_id", "carrier", "tracking_number", "status", "created_at", "delivered_at")


def _shipments(user_id: UUID) -> list[dict[str, Any]]:
    return list(_of(user_id).order_by("-id").values(*SHIPMENT))


def _unname_shipments(user_id: UUID) -> int:
    named = _of(user_id).exclude(tracking_number="")
    # A carrier's number is unique, so the word that stands for one names the shipment.
    word = Concat(Value("erased "), Cast("id", TextField()))
    return named.update(tracking_number=word)


def _of(user_id: UUID) -> QuerySet[Shipment]:
    return Shipment.objects.filter(Q(buyer_id=user_id) | Q(seller_id=user_id))


register_personal_data(
    PersonalData(
        name="logistics.shipments",
        title="Shipments",
        why="To follow a parcel and to know that it arrived.",
        kept="The number: until you are erased.",
        models=("logistics.Shipment",),
        export=_shipments,
        erase=_unname_shipments,
    )
)


def _purge_webhooks(before: datetime) -> int:
    # Rows come in the order of time, so the oldest are the first by primary key.
    oldest = CarrierWebhook.objects.order_by("id").values_list("pk", flat=True)[:BATCH_SIZE]
    done = CarrierWebhook.objects.filter(pk__in=list(oldest), received_at__lt=before)
    deleted: int = done.exclude(processed_at__isnull=True, unmatched_at__isnull=True).delete()[0]
    return deleted


register_retention(
    RetentionRule(
        name="logistics.webhooks",
        title="Messages of carriers, as they came",
        days=90,
        least_days=7,
        reason="To look again when a delivery is disputed; the scans themselves are kept apart.",
        sweep=_purge_webhooks,
    )
)
excuse_model("logistics.CarrierWebhook", "A carrier's scans; retention rule logistics.webhooks.")
excuse_model("logistics.ShippingMethod", "The platform's own names.")
