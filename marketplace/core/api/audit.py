"""The audit log over HTTP: read only, for staff who may see it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.actors import actor_of
from marketplace.core.api.input import PageQuerySerializer
from marketplace.core.api.refusals import refuses
from marketplace.core.api.schema import shown_as
from marketplace.core.audit import get_audit_entry, list_audit_entries
from marketplace.core.errors import Forbidden
from marketplace.core.models import AuditEntry

TAG = ["audit"]
EXAMPLE = {
    "id": "0199a000-0000-7000-8000-0000000000d1",
    "occurred_at": "2026-11-22T10:15:00Z",
    "actor_id": "0199a000-0000-7000-8000-0000000000d2",
    "actor_name": "",
    "action": "users.suspend_user",
    "subject_type": "users.user",
    "subject_id": "0199a000-0000-7000-8000-0000000000d3",
    "reason": "Sold the same lamp four times.",
    "before": {"suspended": False},
    "after": {"suspended": True},
    "request_id": "0199a000-0000-7000-8000-0000000000d4",
    "number": 412,
    "hash": "3f0c6f1b2a9d4e58b7c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9",
}


@shown_as(EXAMPLE)
class AuditEntrySerializer(serializers.Serializer[Any]):
    """What a member of staff did, as it was written down at that moment."""

    id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    actor_id = serializers.UUIDField(allow_null=True, help_text="The member of staff.")
    actor_name = serializers.CharField(help_text="The job or command, where no person acted.")
    action = serializers.CharField(help_text="The command that ran.")
    subject_type = serializers.CharField(help_text="What it was done to, such as `users.user`.")
    subject_id = serializers.UUIDField()
    reason = serializers.CharField()
    before = serializers.DictField(help_text="What was changed, before. Personal data is masked.")
    after = serializers.DictField()
    request_id = serializers.CharField(help_text="The `X-Request-ID` of the request, if any.")
    number = serializers.IntegerField(allow_null=True, help_text="The place in the chain.")
    hash = serializers.CharField(
        allow_null=True,
        help_text="SHA-256 over this entry and every one before it, in hex. Who keeps the newest "
        "finds out whether anything up to there is changed later.",
    )


class AuditFilterSerializer(PageQuerySerializer):
    actor_id = serializers.UUIDField(required=False, help_text="What this person did.")
    action = serializers.CharField(
        required=False, max_length=100, help_text="Such as `users.suspend_user`."
    )
    subject_id = serializers.UUIDField(required=False, help_text="What was done to this.")
    occurred_from = serializers.DateTimeField(
        required=False, help_text="Not before this moment (ISO 8601)."
    )
    occurred_before = serializers.DateTimeField(required=False, help_text="Before this moment.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, end = attrs.get("occurred_from"), attrs.get("occurred_before")
        if first and end and first >= end:
            raise serializers.ValidationError({"occurred_before": "Not after `occurred_from`."})
        return attrs


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "hash": bytes(row["hash"]).hex() if row["hash"] else None}


class AuditLogView(GenericAPIView[Any]):
    queryset = AuditEntry.objects.none()
    serializer_class = AuditEntrySerializer
    filter_backends = ()

    @extend_schema(
        operation_id="audit_log_list",
        tags=TAG,
        summary="What staff did, newest first",
        parameters=[AuditFilterSerializer],
        responses=AuditEntrySerializer(many=True),
    )
    @refuses(Forbidden)
    def get(self, request: Request) -> Response:
        wanted = AuditFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        rows = list_audit_entries(actor=actor_of(request), **wanted.validated_data)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([shown(row) for row in page or ()])


class AuditEntryView(APIView):
    @extend_schema(
        operation_id="audit_log_retrieve",
        tags=TAG,
        summary="One thing that staff did",
        responses=AuditEntrySerializer,
    )
    @refuses(Forbidden)
    def get(self, request: Request, entry_id: UUID) -> Response:
        return Response(shown(get_audit_entry(actor=actor_of(request), entry_id=entry_id)))
