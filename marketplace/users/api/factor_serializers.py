"""What is sent and answered about second factors and step-ups."""

from typing import Any

import orjson
from rest_framework import serializers

from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.users.api import factor_examples as examples
from marketplace.users.api.fields import TextField
from marketplace.users.models import Factor, StepUpPurpose

MAX_CREDENTIAL_BYTES = 64 * 1024


class CodeField(serializers.CharField):
    """As it is typed; spaces and dashes do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)


class CredentialField(serializers.DictField):
    """The JSON form (`toJSON()`) of what the browser's `navigator.credentials` gave."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        if len(orjson.dumps(value)) > MAX_CREDENTIAL_BYTES:
            raise serializers.ValidationError("This is no passkey.", code="too_large")
        return value


@shown_as(examples.TOTP)
class FactorSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    factor = serializers.ChoiceField(Factor.choices)
    name = serializers.CharField(allow_blank=True)
    signs_in_alone = serializers.BooleanField(
        help_text="A passkey that names its person: it needs neither address nor password."
    )
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


@shown_as(examples.FACTORS)
class FactorsSerializer(serializers.Serializer[object]):
    has_second_factor = serializers.BooleanField()
    totp = FactorSerializer(allow_null=True)
    passkeys = FactorSerializer(many=True)
    recovery_codes_left = serializers.IntegerField()


@shown_as(examples.TOTP_ENROLMENT)
class TotpEnrolmentSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    secret = serializers.CharField(help_text="Base32, for typing it in. It is not shown again.")
    otpauth_url = serializers.CharField()
    qr_svg = serializers.CharField(help_text="The same as a picture for the app's camera.")
    expires_at = serializers.DateTimeField()


@shown_as(request=examples.CONFIRM_TOTP)
class ConfirmTotpSerializer(StrictSerializer[object]):
    enrolment_id = serializers.UUIDField()
    code = CodeField()


@shown_as(examples.PASSKEY_ENROLMENT)
class PasskeyEnrolmentSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    public_key = serializers.DictField(
        help_text="For `PublicKeyCredential.parseCreationOptionsFromJSON`."
    )
    expires_at = serializers.DateTimeField()


@shown_as(request=examples.CONFIRM_PASSKEY)
class ConfirmPasskeySerializer(StrictSerializer[object]):
    enrolment_id = serializers.UUIDField()
    name = TextField(max_length=100, required=False, allow_blank=True, default="")
    credential = CredentialField()


@shown_as(examples.NEW_FACTOR)
class NewFactorSerializer(serializers.Serializer[object]):
    factor = FactorSerializer()
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), help_text="With the first factor only; shown this once."
    )


@shown_as(request={"name": "Blue key"})
class RenameSerializer(StrictSerializer[object]):
    name = TextField(max_length=100)


@shown_as({"recovery_codes": examples.RECOVERY_CODES})
class RecoveryCodesSerializer(serializers.Serializer[object]):
    recovery_codes = serializers.ListField(child=serializers.CharField())


@shown_as(request=examples.NEW_STEP_UP)
class NewStepUpSerializer(StrictSerializer[object]):
    purpose = serializers.ChoiceField(StepUpPurpose.choices)
    details = serializers.DictField(
        help_text="What the request that it is for will say: amount, currency and so on."
    )


@shown_as(examples.STEP_UP)
class StepUpSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField(help_text="Once confirmed, send it as the header `Step-Up`.")
    purpose = serializers.ChoiceField(StepUpPurpose.choices)
    factors = serializers.ListField(child=serializers.ChoiceField(Factor.choices))
    public_key = serializers.DictField(
        allow_null=True, help_text="For `PublicKeyCredential.parseRequestOptionsFromJSON`."
    )
    expires_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class FactorAnswerSerializer(StrictSerializer[object]):
    """A `code`, or the `credential` of a passkey."""

    factor = serializers.ChoiceField(Factor.choices)
    code = CodeField(required=False)
    credential = CredentialField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = "credential" if attrs["factor"] == Factor.PASSKEY else "code"
        if needed not in attrs:
            raise serializers.ValidationError(
                {needed: ["This field is required."]}, code="required"
            )
        return attrs


@shown_as(request=examples.ANSWER)
class ConfirmStepUpSerializer(FactorAnswerSerializer):
    pass


class FlowTokenField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)


@shown_as(request={"flow_token": examples.FLOW_TOKEN})
class FlowTokenSerializer(StrictSerializer[object]):
    flow_token = FlowTokenField()


@shown_as(request={"flow_token": examples.FLOW_TOKEN, **examples.ANSWER})
class SecondFactorSerializer(FactorAnswerSerializer):
    flow_token = FlowTokenField()
    factor = serializers.ChoiceField(
        ["totp", "passkey", "recovery_code"], help_text="A letter is none."
    )


@shown_as({"public_key": examples.REQUEST_OPTIONS})
class PublicKeySerializer(serializers.Serializer[object]):
    public_key = serializers.DictField(
        help_text="For `PublicKeyCredential.parseRequestOptionsFromJSON`."
    )


@shown_as(
    {
        "public_key": examples.REQUEST_OPTIONS,
        "flow_token": examples.FLOW_TOKEN,
        "expires_in": 600,
    }
)
class PasskeySignInSerializer(PublicKeySerializer):
    flow_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


@shown_as(request={"flow_token": examples.FLOW_TOKEN, "credential": examples.ASSERTION})
class FinishPasskeySignInSerializer(StrictSerializer[object]):
    flow_token = FlowTokenField()
    credential = CredentialField()
