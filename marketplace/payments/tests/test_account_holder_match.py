"""T1: the holder of a bank account is the person, whichever of the two comes first."""

import pytest

from marketplace.core.events.testing import deliver_all
from marketplace.payments.repositories.payout_policies import read_payout_terms
from marketplace.payments.tests.factories import add_approved_bank_account, set_payout_policy
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_seller
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.names import is_same_name
from marketplace.users.verification.services import open_case, submit_case

pytestmark = pytest.mark.django_db
IBAN = "DE89370400440532013000"


def add_account(user: User, holder: str, iban: str = IBAN) -> None:
    add_approved_bank_account(actor=actor(user), account_holder=holder, currency="EUR", iban=iban)


def hand_in(user: User, name: str) -> VerificationCase:
    case = open_case(actor=actor(user), level="T1", facts={"legal_name": name})
    submit_case(case_id=case.id, actor=actor(user))
    return VerificationCase.objects.get(id=case.id)


def level(user: User) -> str:
    user.refresh_from_db()
    return user.verification_level


def test_an_account_in_the_stated_name_gives_the_level() -> None:
    user = make_seller()
    case = hand_in(user, "Zoë Anne Müller")

    add_account(user, "MUELLER ZOE")

    case.refresh_from_db()
    assert (case.status, case.decided_by_id) == ("APPROVED", None)
    assert case.matched_account_id is not None
    assert level(user) == "T1"


def test_a_name_is_compared_with_the_accounts_that_are_there() -> None:
    user = make_seller()
    add_account(user, "Zoe Mueller")

    case = hand_in(user, "Zoë Müller")
    assert level(user) == "T0"
    deliver_all()

    case.refresh_from_db()
    assert case.status == "APPROVED"
    assert level(user) == "T1"


def test_another_holder_gives_nothing_and_the_person_is_told() -> None:
    user = make_seller()
    case = hand_in(user, "Zoë Müller")

    add_account(user, "Lantern Works Ltd")

    case.refresh_from_db()
    assert (case.status, case.decision_code) == ("SUBMITTED", "holder_differs")
    assert level(user) == "T0"
    add_account(user, "Zoe Muller", "GB33BUKB20201555555555")
    assert level(user) == "T1"


def test_a_level_opens_its_own_limits_of_withdrawals() -> None:
    user = make_seller()
    set_payout_policy(currency="EUR", level="T0", maximum_minor=1)
    set_payout_policy(currency="EUR", level="T1", maximum_minor=2, bank_account_wait_hours=72)
    hand_in(user, "Zoë Müller")

    assert read_payout_terms(user_id=user.pk, currency="EUR").maximum_minor == 1
    add_account(user, "Zoe Mueller")

    terms = read_payout_terms(user_id=user.pk, currency="EUR")
    assert (terms.maximum_minor, terms.bank_account_wait_hours) == (2, 72)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Müller", "Zoe Mueller"),
        ("Zoë Müller", "Zoe Muller"),
        ("Dr. Anna-Maria O'Neill", "ONEILL ANNA MARIA"),
        ("Søren Ærø", "Soren Aero"),
        ("John Henry Smith", "Smith, John"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert is_same_name(one, other)
    assert is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John Smith", "Jane Smith"),
        ("John Smith", "Smith"),
        ("John Smith", "J. Smith"),
        ("John Smith", ""),
        ("Dr John", "John Smith"),
        ("", ""),
    ],
)
def test_names_that_are_not_one(one: str, other: str) -> None:
    assert not is_same_name(one, other)
    assert not is_same_name(other, one)
