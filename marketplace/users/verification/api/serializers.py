"""What a person sends and sees of their verification."""

from typing import Any

from rest_framework import serializers

from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.core.money import Money
from marketplace.users.api.fields import COUNTRIES, TextField
from marketplace.users.verification.api import examples
from marketplace.users.verification.models import CaseMethod, DocumentKind, DocumentType
from marketplace.users.verification.models.case import LEVELS
from marketplace.users.verification.reasons import reason_text
from marketplace.users.verification.transitions import CaseStatus

STEPS = [level for level, _ in LEVELS]


class CountryField(serializers.CharField):
    """ISO 3166-1 alpha-2."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data).upper()
        if value not in COUNTRIES:
            raise serializers.ValidationError("Two letters of ISO 3166.", code="unknown_country")
        return value


@shown_as(request=examples.FACTS)
class FactsSerializer(StrictSerializer[object]):
    """What is stated now; the rest stays as it is. An empty text takes a fact back."""

    legal_name = TextField(
        max_length=200, required=False, allow_blank=True, help_text="As the document spells it."
    )
    date_of_birth = serializers.DateField(required=False)
    country = CountryField(
        max_length=2, required=False, help_text="ISO 3166: who issued the document or register."
    )
    document_type = serializers.ChoiceField(DocumentType.values, required=False)
    document_number = TextField(max_length=40, required=False, allow_blank=True)
    address = TextField(max_length=500, required=False, allow_blank=True)
    business_name = TextField(max_length=200, required=False, allow_blank=True)
    registration_number = TextField(max_length=40, required=False, allow_blank=True)


@shown_as(request=examples.OPEN)
class OpenCaseSerializer(FactsSerializer):
    level = serializers.ChoiceField(STEPS)


class DocumentUploadSerializer(StrictSerializer[object]):
    kind = serializers.ChoiceField(DocumentKind.values)
    file = serializers.FileField(help_text="JPEG, PNG, WebP or PDF, up to 10 MB.")


class DocumentSerializer(serializers.Serializer[object]):
    """That it is there: what it shows is for reviewers alone."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(DocumentKind.values)
    page_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()


@shown_as(examples.CASE)
class CaseSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    level = serializers.ChoiceField(STEPS)
    status = serializers.ChoiceField(CaseStatus.values)
    method = serializers.ChoiceField(CaseMethod.values)
    is_renewal = serializers.BooleanField()
    stated = serializers.ListField(
        child=serializers.CharField(), help_text="Which facts were stated; never their values."
    )
    documents = DocumentSerializer(many=True)
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="What is still needed before it can be handed in."
    )
    reason = serializers.CharField(help_text="Why it was refused, given back or ended.")
    reason_text = serializers.SerializerMethodField()
    message = serializers.CharField(help_text="The reviewer's own words.")
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)

    def get_reason_text(self, case: Any) -> str:
        return reason_text(case.reason)


class StepSerializer(serializers.Serializer[object]):
    level = serializers.ChoiceField(STEPS)
    is_held = serializers.BooleanField()
    valid_until = serializers.DateTimeField(allow_null=True)
    facts = serializers.ListField(child=serializers.CharField())
    documents = serializers.ListField(child=serializers.CharField())


class LevelLimitSerializer(serializers.Serializer[object]):
    """An amount in its currency, or a number where there is none."""

    name = serializers.CharField()
    period = serializers.CharField(help_text='"": each one; `day`, `month`: rolling; `now`: open.')
    currency = serializers.CharField(help_text="Empty where a number is limited.")
    limit = serializers.SerializerMethodField()
    used = serializers.SerializerMethodField()
    lifted_by = serializers.CharField(
        allow_null=True, help_text="The lowest level with a higher limit."
    )

    def get_limit(self, limit: Any) -> str | None:
        return _shown(limit.limit, limit.currency)

    def get_used(self, limit: Any) -> str | None:
        return _shown(limit.used, limit.currency) if limit.period else None


def _shown(number: int | None, currency: str) -> str | None:
    if number is None:
        return None
    return Money(number, currency).to_decimal_string() if currency else str(number)


@shown_as(examples.OVERVIEW)
class OverviewSerializer(serializers.Serializer[object]):
    level = serializers.ChoiceField(["T0", *STEPS])
    status = serializers.ChoiceField(["UNVERIFIED", "PENDING", "VERIFIED"])
    has_badge = serializers.BooleanField()
    steps = StepSerializer(many=True)
    next_level = serializers.ChoiceField(STEPS, allow_null=True, help_text="What can be begun now.")
    next_action = serializers.ChoiceField(
        ["", "begin", "hand_in", "add_bank_account", "wait"], help_text="What is to do for it."
    )
    services = serializers.ListField(
        child=serializers.CharField(), help_text="Outside services that can verify instead."
    )
    cases = CaseSerializer(many=True)
    limits = LevelLimitSerializer(many=True)


@shown_as(request={"return_url": "https://shop.example/verified"})
class StartServiceSerializer(StrictSerializer[object]):
    return_url = serializers.URLField(
        max_length=500, help_text="Where the service sends the person back to."
    )


@shown_as({"url": "https://verify.example/sessions/chk_1"})
class ServiceUrlSerializer(serializers.Serializer[object]):
    url = serializers.CharField(help_text="Where the person goes.")
