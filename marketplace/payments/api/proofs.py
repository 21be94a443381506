"""HTTP of the money trail and its proof: the shapes, and parse, one call, answer."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, money_field, money_members, refuses
from marketplace.core.api.schema import shown_as
from marketplace.payments import errors, queries
from marketplace.payments.api import evidence_examples as examples
from marketplace.payments.api.serializers import currency_field
from marketplace.payments.queries.get_money_trail import MoneyTrail, SealMark, TrailJournal

PAYMENTS = ["payments"]


class SealMarkSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    position = serializers.IntegerField(help_text="Its place among everything ever sealed.")
    sealed_at = serializers.DateTimeField()


class TrailEventSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    type = serializers.CharField()
    text = serializers.CharField()
    by = serializers.ChoiceField(choices=["buyer", "seller", "platform", "provider"])
    seal = SealMarkSerializer(allow_null=True, help_text="null in the first seconds.")


class TrailLegSerializer(serializers.Serializer[Any]):
    account = serializers.CharField()
    side = serializers.ChoiceField(choices=["debit", "credit"])
    amount = money_field()
    currency = currency_field()


class TrailJournalSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    legs = TrailLegSerializer(many=True)
    hidden_legs = serializers.IntegerField(help_text="Legs that concern only others.")
    seal = SealMarkSerializer(allow_null=True, help_text="null in the first seconds.")


@shown_as(examples.MONEY_TRAIL)
class MoneyTrailSerializer(serializers.Serializer[Any]):
    payment_id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    amount = money_field()
    currency = currency_field()
    is_sealed = serializers.BooleanField(help_text="Everything below is under a signed seal.")
    events = TrailEventSerializer(many=True)
    journals = TrailJournalSerializer(many=True)


class SealKeySerializer(serializers.Serializer[Any]):
    key_id = serializers.CharField()
    public_key = serializers.CharField(help_text="Ed25519, hexadecimal.")


class SealSerializer(serializers.Serializer[Any]):
    format = serializers.CharField()
    number = serializers.IntegerField()
    first_position = serializers.IntegerField()
    leaf_count = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment] # the member's name, not the parent
    previous_hash = serializers.CharField()
    sealed_at = serializers.DateTimeField()
    key_id = serializers.CharField()
    hash = serializers.CharField()
    signature = serializers.CharField()


@shown_as(examples.SEAL_HEAD)
class SealHeadSerializer(serializers.Serializer[Any]):
    seal = SealSerializer(allow_null=True, help_text="The newest one; null before the first.")
    keys = SealKeySerializer(many=True, help_text="The one that signs at present is the first.")


class MoneyTrailView(APIView):
    @extend_schema(
        operation_id="payments_trail",
        tags=PAYMENTS,
        summary="The way of the money: events, journals and the seals that prove them",
        responses=MoneyTrailSerializer,
    )
    def get(self, request: Request, payment_id: UUID) -> Response:
        trail = queries.get_money_trail(payment_id=payment_id, actor=actor_of(request))
        return Response(_trail(trail))


class PaymentProofView(APIView):
    @extend_schema(
        operation_id="payments_proof",
        tags=PAYMENTS,
        summary="A file that proves the trail to anyone, without us",
        description=(
            "Keep it; check it with `python -m marketplace.payments.verify FILE`. It shows what "
            "concerns you, and nothing of the other party's accounts."
        ),
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
        examples=[OpenApiExample("Proof", value=examples.PROOF, response_only=True)],
    )
    @refuses(errors.NotSealedYet, errors.ProofUnavailable)
    def get(self, request: Request, payment_id: UUID) -> HttpResponse:
        proof = queries.get_payment_proof(payment_id=payment_id, actor=actor_of(request))
        answer = HttpResponse(
            json.dumps(proof, ensure_ascii=False, indent=1), content_type="application/json"
        )
        answer["Content-Disposition"] = f'attachment; filename="proof-{payment_id}.json"'
        return answer


class SealHeadView(APIView):
    """Public: whoever keeps a head can prove later that nothing before it was taken away."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="payments_seal_head",
        tags=PAYMENTS,
        summary="The newest seal and the public keys, for anyone to keep",
        responses=SealHeadSerializer,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        return Response(queries.get_seal_head())


def _trail(trail: MoneyTrail) -> dict[str, Any]:
    return {
        "payment_id": trail.payment_id,
        "order_id": trail.order_id,
        **money_members(trail.amount.currency, amount=trail.amount.amount_minor),
        "is_sealed": trail.is_sealed,
        "events": [
            {
                "version": event.version,
                "at": event.at,
                "type": event.type,
                "text": event.text,
                "by": event.by,
                "seal": _mark(event.seal),
            }
            for event in trail.events
        ],
        "journals": [_journal(journal) for journal in trail.journals],
    }


def _journal(journal: TrailJournal) -> dict[str, Any]:
    return {
        "id": journal.id,
        "kind": journal.kind,
        "at": journal.at,
        "legs": [
            {
                "account": leg.account,
                "side": leg.side,
                **money_members(leg.amount.currency, amount=leg.amount.amount_minor),
            }
            for leg in journal.legs
        ],
        "hidden_legs": journal.hidden_legs,
        "seal": _mark(journal.seal),
    }


def _mark(seal: SealMark | None) -> dict[str, Any] | None:
    if seal is None:
        return None
    return {"number": seal.number, "position": seal.position, "sealed_at": seal.sealed_at}
