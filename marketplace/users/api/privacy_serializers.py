"""What people send and receive about their own data."""

from rest_framework import serializers

from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.users.api import privacy_examples as examples
from marketplace.users.models import DocumentKind, ExportState


class ObstacleSerializer(StrictSerializer[object]):
    code = serializers.CharField(help_text="Stable, such as `open_orders` or `money_in_wallet`.")
    detail = serializers.CharField()


@shown_as(examples.OUTLOOK)
class ErasureOutlookSerializer(StrictSerializer[object]):
    obstacles = ObstacleSerializer(many=True, help_text="What must be settled first.")
    cooling_off_days = serializers.IntegerField()


@shown_as(examples.ERASURE)
class ErasureSerializer(StrictSerializer[object]):
    id = serializers.UUIDField()
    requested_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="Until then, signing in takes it back.")


@shown_as(examples.EXPORT)
class ExportSerializer(StrictSerializer[object]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ExportState.choices)
    done = serializers.IntegerField(help_text="Kinds of data that are gathered, of `total`.")
    total = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="It is deleted then.")


@shown_as({"results": [examples.EXPORT]})
class ExportsSerializer(StrictSerializer[object]):
    results = ExportSerializer(many=True)


@shown_as(examples.CONSENTS["given"][0])
class ConsentSerializer(StrictSerializer[object]):
    document = serializers.ChoiceField(choices=DocumentKind.choices)
    version = serializers.CharField()
    is_given = serializers.BooleanField()
    source = serializers.CharField(help_text="`SIGN_UP` or `ACCOUNT`.")  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField()


class OutstandingSerializer(StrictSerializer[object]):
    document = serializers.ChoiceField(choices=DocumentKind.choices)
    version = serializers.CharField()
    url = serializers.CharField()
    is_required = serializers.BooleanField()


@shown_as({"results": examples.CONSENTS["outstanding"]})
class PolicyDocumentsSerializer(StrictSerializer[object]):
    results = OutstandingSerializer(many=True)


@shown_as(examples.CONSENTS)
class ConsentsSerializer(StrictSerializer[object]):
    given = ConsentSerializer(many=True, help_text="The newest answer for each document.")
    outstanding = OutstandingSerializer(many=True)


@shown_as(request=examples.CONSENT)
class ConsentInputSerializer(StrictSerializer[object]):
    document = serializers.ChoiceField(choices=DocumentKind.choices)
    version = serializers.CharField(max_length=20)
    is_given = serializers.BooleanField()
