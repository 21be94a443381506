"""What a client sends, strictly: a member that nobody reads is refused by its name.

Left alone, a misspelt member is silently dropped: `categories` instead of `category_ids` would make
a listing without a category and no word of it. Nor is a value read as what it is not: the framework
takes 7 for the text "7" and "yes" for true, against our own document.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from django.http import QueryDict
from rest_framework import serializers

from marketplace.core.api.characters import is_unsafe
from marketplace.core.api.pagination import CursorPage
from marketplace.core.api.secrets_in_text import holds_secret, may_hold_secret

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
            # Of a form, the framework takes an empty value for one that was not sent. All of a
            # form is text: its types show only when they are read.
            data = data.dict()
            faults = {**self._surplus(data), **self._misfits(data, is_text=True)}
        else:
            faults = {**self._surplus(data), **self._misfits(data)}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**_named(error), **faults}) from None
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

    def _misfits(self, data: Any, *, is_text: bool = False) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            return {}
        found = {
            name: misfit(field, data[name], is_text=is_text) or self._misplaced(name, data[name])
            for name, field in self.fields.items()
            if name in data and not field.read_only
        }
        return {name: fault for name, fault in found.items() if fault}

    def _misplaced(self, name: str, value: Any) -> Any:
        if may_hold_secret(name) or not any(holds_secret(text) for text in _texts_in(value)):
            return None
        text = "Leave card numbers, bank accounts and tokens out of here."
        return [serializers.ErrorDetail(text, "holds_secret")]

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


JSON_TYPES: tuple[tuple[type[Any], type, str], ...] = (
    (serializers.CharField, str, "Not a text."),
    (serializers.UUIDField, str, "Not a text."),
    (serializers.DateField, str, "Not a text."),
    (serializers.DateTimeField, str, "Not a text."),
    (serializers.IntegerField, int, "Not a whole number."),
    (serializers.BooleanField, bool, "Neither true nor false."),
)


def misfit(field: serializers.Field[Any, Any, Any, Any], value: Any, *, is_text: bool) -> Any:
    """What is wrong with the kind or the characters of a value, as the framework lists faults.

    Nothing when the field itself will judge: a missing value, an object that has a serializer.
    """
    if value is None:
        return None
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return _misfits_below(field, enumerate(value), is_text=is_text)
    if isinstance(field, serializers.DictField) and isinstance(value, dict):
        return _misfits_below(field, value.items(), is_text=is_text)
    if not is_text:
        for kind, python, text in JSON_TYPES:
            # In Python, true is a number.
            is_fitting = isinstance(value, python) and (python is bool) == isinstance(value, bool)
            if isinstance(field, kind) and not is_fitting:
                return [serializers.ErrorDetail(text, "invalid")]
    if isinstance(field, serializers.CharField) and isinstance(value, str) and is_unsafe(value):
        text = "No control characters, and none that turn the direction of writing."
        return [serializers.ErrorDetail(text, "not_printable")]
    return None


def _texts_in(value: Any) -> Iterator[str]:
    """The texts of a value, of a list or of a flat object; what lies deeper has a serializer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if not may_hold_secret(str(name)) and isinstance(each, str):
                yield from (str(name), each)


def _misfits_below(field: Any, members: Any, *, is_text: bool) -> dict[Any, Any]:
    found = {name: misfit(field.child, value, is_text=is_text) for name, value in members}
    return {name: fault for name, fault in found.items() if fault}


def _named(error: serializers.ValidationError) -> dict[str, Any]:
    detail = error.detail
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}
