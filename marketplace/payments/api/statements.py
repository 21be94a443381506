"""HTTP of statements and past balances: the shapes, and parse, one call, answer."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import money_field, money_members, refuses
from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.core.money import known_currencies
from marketplace.payments import errors, queries
from marketplace.payments.api import evidence_examples as examples
from marketplace.payments.api.serializers import currency_field
from marketplace.payments.api.views import own_id
from marketplace.payments.statements.csv_file import write_csv
from marketplace.payments.statements.json_file import write_json
from marketplace.payments.statements.pdf_file import write_pdf
from marketplace.payments.statements.statement import Statement

WALLET = ["wallet"]
JSON, CSV, PDF = "json", "csv", "pdf"


class KnownCurrencySerializer(StrictSerializer[Any]):
    currency = currency_field()

    def validate_currency(self, currency: str) -> str:
        if currency not in known_currencies():
            raise serializers.ValidationError("Not a currency of ISO 4217.", "unknown_currency")
        return currency


class StatementQuerySerializer(KnownCurrencySerializer):
    """``format`` is a parameter, not a negotiation: a link must be enough to download a file."""

    format = serializers.ChoiceField(choices=[JSON, CSV, PDF], default=JSON)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        days = {
            # Words of the language, so they cannot be attributes.
            "from": serializers.DateField(help_text="The first day, UTC."),
            "to": serializers.DateField(help_text="The last day, included."),
        }
        return {**super().get_fields(), **days}


class StatementLineSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    type = serializers.CharField(help_text="The kind of journal, such as `escrow_release`.")
    description = serializers.CharField()
    reference = serializers.CharField(allow_blank=True, help_text="What `reference_id` names.")
    reference_id = serializers.UUIDField(help_text="The order, withdrawal or top-up.")
    amount = money_field(help_text="Positive when the balance grew.")
    balance = money_field(help_text="After this line.")
    commission = money_field(
        help_text="What the platform kept of a sale, which `amount` is without: below zero; above "
        "zero where a refund gave it back."
    )
    tax = money_field(help_text="On that commission.")


class StatementTotalSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    description = serializers.CharField()
    count = serializers.IntegerField()
    amount = money_field()


class StatementSerializer(serializers.Serializer[Any]):
    currency = currency_field()
    made_at = serializers.DateTimeField()
    is_final = serializers.BooleanField(help_text="The period is over; nothing can be added.")
    opening_balance = money_field()
    closing_balance = money_field(help_text="The opening balance and all lines.")
    total_in = money_field()
    total_out = money_field()
    commission = money_field(help_text="Of all lines. What sales brought: amounts less this.")
    tax = money_field(help_text="On the commission, of all lines.")
    line_count = serializers.IntegerField()
    totals = StatementTotalSerializer(many=True)
    lines = StatementLineSerializer(many=True, help_text="Oldest first.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        days = {"from": serializers.DateField(), "to": serializers.DateField()}
        return {**super().get_fields(), **days}


class PastBalanceQuerySerializer(KnownCurrencySerializer):
    at = serializers.DateTimeField(help_text="A past moment, with its offset from UTC.")


@shown_as(examples.PAST_BALANCE)
class PastBalanceSerializer(serializers.Serializer[Any]):
    balance = money_field()
    currency = currency_field()
    at = serializers.DateTimeField()
    version = serializers.IntegerField(
        help_text="How many entries the wallet had by then; 0 when it had not been used."
    )


class StatementView(APIView):
    @extend_schema(
        operation_id="wallet_statements_retrieve",
        tags=WALLET,
        summary="The statement of a wallet over a period, as JSON, CSV or PDF",
        description=(
            "At most 366 days. The opening balance and the lines always make the closing balance. "
            "CSV and JSON are streamed, however long; a PDF holds up to 5,000 lines."
        ),
        parameters=[StatementQuerySerializer],
        responses={
            (200, "application/json"): StatementSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
        examples=[
            OpenApiExample(
                name, value=value, media_type=media_type, response_only=True, status_codes=["200"]
            )
            for name, media_type, value in (
                ("JSON", "application/json", examples.STATEMENT),
                ("CSV", "text/csv", examples.STATEMENT_CSV),
                ("PDF", "application/pdf", "%PDF-1.4 …"),
            )
        ],
    )
    @refuses(errors.StatementPeriodInvalid, errors.StatementTooLong)
    def get(self, request: Request) -> HttpResponseBase:
        wanted = StatementQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        data, user_id = wanted.validated_data, own_id(request)
        statement = queries.get_statement(
            user_id=user_id, currency=data["currency"], starts_on=data["from"], ends_on=data["to"]
        )
        if data["format"] == JSON:
            return StreamingHttpResponse(write_json(statement), content_type="application/json")
        if data["format"] == CSV:
            answer: HttpResponseBase = StreamingHttpResponse(
                write_csv(statement), content_type="text/csv; charset=utf-8"
            )
        else:
            holder = queries.get_statement_holder(user_id=user_id)
            answer = HttpResponse(
                write_pdf(statement, holder=holder), content_type="application/pdf"
            )
        answer["Content-Disposition"] = (
            f'attachment; filename="{_name(statement)}.{data["format"]}"'
        )
        return answer


class PastBalanceView(APIView):
    @extend_schema(
        operation_id="wallet_balance_retrieve",
        tags=WALLET,
        summary="What a wallet held at a past moment",
        parameters=[PastBalanceQuerySerializer],
        responses=PastBalanceSerializer,
    )
    @refuses(errors.MomentInTheFuture)
    def get(self, request: Request) -> Response:
        wanted = PastBalanceQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = queries.get_wallet_balance_at(user_id=own_id(request), **wanted.validated_data)
        return Response(
            {
                **money_members(found.balance.currency, balance=found.balance.amount_minor),
                "at": wanted.validated_data["at"],
                "version": found.version or 0,
            }
        )


def _name(statement: Statement) -> str:
    return f"statement-{statement.currency}-{statement.starts_on}-{statement.ends_on}"
