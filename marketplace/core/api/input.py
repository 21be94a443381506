"""What a client sends, strictly: a member that nobody reads is refused by its name.

Left alone, a misspelt member is silently dropped: `categories` instead of `category_ids` would make
a listing without a category and no word of it.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.http import QueryDict
from rest_framework import serializers

from marketplace.core.api.pagination import CursorPage

T = TypeVar("T")
Faults = dict[str, list[serializers.ErrorDetail]]

MAX_CURSOR_LENGTH = 500


class StrictSerializer(serializers.Serializer[T]):
    """Base of every serializer that reads input, in a body or in a query.

    Unknown members are refused with the code ``unknown_field``, those that only answers carry with
    ``read_only_field``: together with whatever else is wrong, so that one answer names all of it.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, QueryDict):
            # Of a form, the framework takes an empty value for one that was not sent.
            data = data.dict()
        faults = self._surplus(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**faults, **_named(error)}) from None
        if faults:
            raise serializers.ValidationError(faults)
        return value

    def _surplus(self, data: Any) -> Faults:
        if not isinstance(data, Mapping):
            return {}
        return {
            str(name): [self._fault(str(name))]
            for name in data
            if name not in self.fields or self.fields[name].read_only
        }

    def _fault(self, name: str) -> serializers.ErrorDetail:
        if name in self.fields:
            return serializers.ErrorDetail("This field cannot be written.", "read_only_field")
        return serializers.ErrorDetail("There is no field of this name here.", "unknown_field")


class PageQuerySerializer(StrictSerializer[dict[str, Any]]):
    """The query of a list that ``CursorPage`` pages; a list's own filters are added below it.

    The paging members are checked here and read by the page itself: they are not in
    ``validated_data``.
    """

    cursor = serializers.CharField(
        max_length=MAX_CURSOR_LENGTH,
        required=False,
        help_text=CursorPage.cursor_query_description,
    )
    page_size = serializers.IntegerField(
        min_value=1,
        max_value=CursorPage.max_page_size,
        required=False,
        help_text=f"{CursorPage.page_size_query_description} {CursorPage.page_size} by default.",
    )

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        return {name: given for name, given in value.items() if name not in {"cursor", "page_size"}}


def _named(error: serializers.ValidationError) -> dict[str, Any]:
    detail = error.detail
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}
