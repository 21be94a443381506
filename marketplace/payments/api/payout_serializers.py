"""Input and answers of payout schedules."""

from typing import Any

from rest_framework import serializers

from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.payments.api import examples
from marketplace.payments.api.serializers import currency_field
from marketplace.payments.models import BatchOutcome, PayoutInterval, Weekday


class ScheduledRunSerializer(serializers.Serializer[Any]):
    run_on = serializers.DateField()
    outcome = serializers.ChoiceField(choices=BatchOutcome.choices)
    code = serializers.CharField(
        allow_blank=True, help_text="Why nothing was paid out: the code of the refusal."
    )
    note = serializers.CharField(allow_blank=True)
    withdrawal_id = serializers.UUIDField(allow_null=True)


@shown_as(examples.PAYOUT_SCHEDULE)
class PayoutScheduleSerializer(serializers.Serializer[Any]):
    currency = currency_field()
    interval = serializers.ChoiceField(choices=PayoutInterval.choices)
    weekday = serializers.ChoiceField(choices=[*Weekday.choices, ("", "none")])
    next_run_at = serializers.DateTimeField(allow_null=True, help_text="null for MANUAL.")
    last_run = ScheduledRunSerializer(allow_null=True)


@shown_as({"results": [examples.PAYOUT_SCHEDULE]})
class PayoutScheduleListSerializer(serializers.Serializer[Any]):
    results = PayoutScheduleSerializer(many=True)


@shown_as(request=examples.NEW_PAYOUT_SCHEDULE)
class NewPayoutScheduleSerializer(StrictSerializer[Any]):
    currency = currency_field()
    interval = serializers.ChoiceField(choices=PayoutInterval.choices)
    weekday = serializers.ChoiceField(
        choices=Weekday.choices, required=False, help_text="For WEEKLY, and only there."
    )
