from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.users import queries, services
from marketplace.users.tests.factories import make_seller, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 50])
def test_cards_of_any_number_of_users_take_one_query(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [make_user().pk for _ in range(count)]

    with django_assert_num_queries(1):
        cards = queries.get_public_cards(user_ids=[*ids, uuid4()])

    assert set(cards) == set(ids)


def test_a_card_says_what_buyers_look_at() -> None:
    user = make_seller(first_name="Marigold", last_name="Lantern")

    card = queries.get_public_cards(user_ids=[user.pk])[user.pk]

    assert card.display_name == "Marigold L."
    assert card.is_seller
    assert card.verification_status == "UNVERIFIED"


def test_a_suspended_user_keeps_a_card_for_past_orders() -> None:
    user = make_user()
    services.suspend_user(user_id=user.pk, actor=Actor.system("test"), reason="fraud")

    assert user.pk in queries.get_public_cards(user_ids=[user.pk])


def test_a_user_is_shown_without_secrets() -> None:
    snapshot = queries.get_user(user_id=make_user().pk)

    assert not {"password", "suspension_reason"} & set(snapshot.__slots__)


def test_nobody_is_not_found() -> None:
    for query in (queries.get_user, queries.get_profile, queries.get_public_card):
        with pytest.raises(NotFound):
            query(user_id=uuid4())
