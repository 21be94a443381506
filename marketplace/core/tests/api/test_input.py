"""Input is read strictly, in bodies and in queries."""

from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers

from marketplace.core.api.input import PageQuerySerializer, StrictSerializer


class LineSerializer(StrictSerializer[Any]):
    product = serializers.CharField()


class BasketSerializer(StrictSerializer[Any]):
    id = serializers.CharField(read_only=True)
    note = serializers.CharField(max_length=5)
    lines = LineSerializer(many=True, required=False)


class OrdersQuerySerializer(PageQuerySerializer):
    status = serializers.CharField(required=False)


def faults(serializer: serializers.Serializer[Any]) -> Any:
    assert not serializer.is_valid()
    return serializer.errors


def test_what_is_asked_for_is_read() -> None:
    basket = BasketSerializer(data={"note": "ring", "lines": [{"product": "lamp"}]})

    assert basket.is_valid()
    assert basket.validated_data == {"note": "ring", "lines": [{"product": "lamp"}]}


def test_an_unknown_member_is_refused_by_its_name() -> None:
    errors = faults(BasketSerializer(data={"note": "ring", "notes": "ring"}))

    assert [error.code for error in errors["notes"]] == ["unknown_field"]
    assert set(errors) == {"notes"}


def test_a_read_only_member_is_refused_by_its_name() -> None:
    errors = faults(BasketSerializer(data={"note": "ring", "id": "1"}))

    assert [error.code for error in errors["id"]] == ["read_only_field"]


def test_every_fault_is_named_at_once() -> None:
    errors = faults(BasketSerializer(data={"note": "too long", "a": 1, "b": 2}))

    assert set(errors) == {"note", "a", "b"}


def test_an_unknown_member_further_down_is_refused() -> None:
    errors = faults(BasketSerializer(data={"note": "", "lines": [{"product": "x", "price": 1}]}))

    assert errors["lines"][0]["price"][0].code == "unknown_field"


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    assert "non_field_errors" in faults(BasketSerializer(data=body))


def test_paging_members_are_checked_and_left_to_the_page() -> None:
    query = OrdersQuerySerializer(data=QueryDict("status=PAID&page_size=5&cursor=abc"))

    assert query.is_valid()
    assert query.validated_data == {"status": "PAID"}


@pytest.mark.parametrize(
    ("query", "name"),
    [("staus=PAID", "staus"), ("page_size=0", "page_size"), ("page_size=101", "page_size")],
)
def test_a_query_that_cannot_be_meant_is_refused(query: str, name: str) -> None:
    assert set(faults(OrdersQuerySerializer(data=QueryDict(query)))) == {name}


class ParcelSerializer(StrictSerializer[Any]):
    name = serializers.CharField(required=False)
    id = serializers.UUIDField(required=False)
    weight = serializers.IntegerField(required=False)
    is_fragile = serializers.BooleanField(required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    links = serializers.DictField(child=serializers.CharField(), required=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 7),
        ("name", True),
        ("id", 7),
        ("weight", "7"),
        ("weight", True),
        ("is_fragile", "yes"),
        ("is_fragile", 1),
    ],
)
def test_a_value_is_not_read_as_what_it_is_not(name: str, value: Any) -> None:
    errors = faults(ParcelSerializer(data={name: value}))

    assert [error.code for error in errors[name]] == ["invalid"]


def test_what_lies_in_a_list_or_an_object_is_read_as_strictly() -> None:
    errors = faults(ParcelSerializer(data={"tags": ["a", 7], "links": {"a": "b", "c": 7}}))

    assert errors["tags"][1][0].code == "invalid"
    assert errors["links"]["c"][0].code == "invalid"


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b", "\x85", "\u2028", "\u202e", "\u2066"])
def test_text_that_is_not_what_it_looks_like_is_refused(mark: str) -> None:
    errors = faults(ParcelSerializer(data={"name": f"lamp{mark}pmal"}))

    assert [error.code for error in errors["name"]] == ["not_printable"]


@pytest.mark.parametrize("text", ["two\nlines\tand a tab", "שלום\u200f", "👩\u200d🔧"])
def test_text_of_any_script_is_read(text: str) -> None:
    assert ParcelSerializer(data={"name": text}).is_valid()


def test_a_form_is_text_and_read_as_such() -> None:
    query = QueryDict("weight=7&is_fragile=true")

    assert ParcelSerializer(data=query).is_valid()
