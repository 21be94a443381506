"""T1: the holder of a bank account is the person, whichever of the two comes first."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection, transaction

from marketplace.core.events.testing import deliver_all, recorded
from marketplace.core.ids import new_id
from marketplace.core.privacy import PersonalData, personal_data
from marketplace.payments.models import BankAccount
from marketplace.payments.repositories.bank_accounts import block_bank_account, list_other_keepers
from marketplace.payments.repositories.payout_policies import read_payout_terms
from marketplace.payments.services import remove_bank_account
from marketplace.payments.tests.factories import add_approved_bank_account, set_payout_policy
from marketplace.users.models import User
from marketplace.users.services import doubt_account_match
from marketplace.users.tests.factories import actor, make_seller
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.names import is_same_name
from marketplace.users.verification.services import open_case, revoke_verification, submit_case
from marketplace.users.verification.tests.factories import grant, reviewer

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


def test_an_account_that_proved_somebody_else_is_for_people_to_look_at() -> None:
    first, second = make_seller(), make_seller()
    hand_in(first, "Zoë Müller")
    add_account(first, "Zoe Mueller")
    case = hand_in(second, "Zoë Müller")

    add_account(second, "Zoe Mueller")

    case.refresh_from_db()
    assert (case.status, case.decision_code) == ("SUBMITTED", "account_shared")
    assert (level(first), level(second)) == ("T1", "T0")
    add_account(second, "Zoe Mueller", "GB33BUKB20201555555555")
    assert level(second) == "T1"


def test_one_that_is_there_already_proves_nobody_twice_either() -> None:
    first, second = make_seller(), make_seller()
    add_account(second, "Zoe Mueller")
    hand_in(first, "Zoë Müller")
    add_account(first, "Zoe Mueller")

    case = hand_in(second, "Zoë Müller")
    deliver_all()

    case.refresh_from_db()
    assert (case.status, case.decision_code) == ("SUBMITTED", "account_shared")


def test_the_same_account_in_another_currency_is_the_same_account() -> None:
    first, second = make_seller(), make_seller()
    hand_in(first, "Zoë Müller")
    add_account(first, "Zoe Mueller")
    hand_in(second, "Zoë Müller")

    add_approved_bank_account(
        actor=actor(second), account_holder="Zoe Mueller", currency="USD", iban=IBAN
    )

    assert level(second) == "T0"


def test_an_account_proves_nobody_else_after_the_level_that_it_gave_ended() -> None:
    first, second = make_seller(), make_seller()
    proved = hand_in(first, "Zoë Müller")
    add_account(first, "Zoe Mueller")
    remove_bank_account(bank_account_id=BankAccount.objects.get().id, actor=actor(first))
    revoke_verification(case_id=proved.id, actor=reviewer(), reason="Not theirs")
    case = hand_in(second, "Zoë Müller")

    add_account(second, "Zoe Mueller")

    case.refresh_from_db()
    assert (case.status, case.decision_code) == ("SUBMITTED", "account_shared")
    assert (level(first), level(second)) == ("T0", "T0")


def erase(user: User, kind: PersonalData, *, is_over: bool = False) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    with transaction.atomic():
        kind.erase(user.pk)
        if is_over and kind.retained:
            kind.retained.erase(user.pk)


def test_an_account_proves_nobody_else_after_its_owner_was_erased() -> None:
    """The fingerprint stays for as long as accounts that money went to, and goes with them."""
    first, second, third = make_seller(), make_seller(), make_seller()
    hand_in(first, "Zoë Müller")
    add_account(first, "Zoe Mueller")
    kinds = {kind.name: kind for kind in personal_data()}
    for name in ("payments.bank_accounts", "users.verification"):
        erase(first, kinds[name])
    emptied = BankAccount.objects.get()
    assert bytes(emptied.number_encrypted + emptied.account_holder_encrypted) == b""
    assert (emptied.masked_number, emptied.bank_code) == ("", "")

    case = hand_in(second, "Zoë Müller")
    add_account(second, "Zoe Mueller")

    case.refresh_from_db()
    assert (case.status, case.decision_code) == ("SUBMITTED", "account_shared")
    assert level(second) == "T0"

    erase(first, kinds["payments.bank_accounts"], is_over=True)
    hand_in(third, "Zoë Müller")
    add_account(third, "Zoe Mueller")
    assert level(third) == "T1"


def test_an_account_that_gave_no_level_leaves_no_fingerprint() -> None:
    user = make_seller()
    add_account(user, "Zoe Mueller")
    before = bytes(BankAccount.objects.get().fingerprint)

    erase(user, {kind.name: kind for kind in personal_data()}["payments.bank_accounts"])

    assert bytes(BankAccount.objects.get().fingerprint) != before


def test_an_account_of_somebody_who_was_proved_by_another_one_proves_its_owner() -> None:
    first, second = make_seller(), make_seller()
    hand_in(first, "Zoë Müller")
    add_account(first, "Zoe Mueller", "GB33BUKB20201555555555")
    add_account(first, "Zoe Mueller and Ann Lee")
    hand_in(second, "Ann Lee")

    add_account(second, "Ann Lee")

    assert (level(first), level(second)) == ("T1", "T1")


def test_however_often_somebody_added_a_number_everybody_who_keeps_it_is_seen() -> None:
    busy, other, asking = make_seller(), make_seller(), make_seller()
    for person in (busy, other, asking):
        add_account(person, "Zoe Mueller")
    row = BankAccount.objects.get(user=busy)
    row.removed_at = row.created_at
    for _ in range(120):
        row.pk = UUID(int=row.pk.int - 1)
        row.save(force_insert=True)

    with transaction.atomic():
        keepers = list_other_keepers(BankAccount.objects.get(user=asking))

    assert len(keepers) == 122
    assert set(keepers.values()) == {busy.pk, other.pk}


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_add_one_account_at_the_same_moment_one_is_proved() -> None:
    people = [make_seller(), make_seller()]
    for person in people:
        hand_in(person, "Zoë Müller")

    def add(person: User) -> None:
        try:
            add_account(person, "Zoe Mueller")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, people))

    assert sorted(level(person) for person in people) == ["T0", "T1"]


def test_an_account_that_sends_money_back_gives_no_level_and_takes_its_own_away() -> None:
    user = make_seller()
    hand_in(user, "Zoë Müller")
    add_account(user, "Zoe Mueller")
    account = BankAccount.objects.get(user=user)

    with transaction.atomic():
        block_bank_account(bank_account_id=account.id, payout_id=new_id())
        assert doubt_account_match(user_id=user.pk, bank_account_ids=[account.id])
        assert not doubt_account_match(user_id=user.pk, bank_account_ids=[account.id])

    assert level(user) == "T0"
    (ended,) = recorded("users.VerificationExpired")
    assert ended["reason"] == "account_refused"
    remove_bank_account(bank_account_id=account.id, actor=actor(user))
    hand_in(user, "Zoë Müller")
    add_account(user, "Zoe Mueller")
    assert level(user) == "T0"


def test_another_account_that_sends_money_back_takes_nothing_away() -> None:
    user = make_seller()
    hand_in(user, "Zoë Müller")
    add_account(user, "Zoe Mueller")

    with transaction.atomic():
        assert not doubt_account_match(user_id=user.pk, bank_account_ids=[new_id()])

    assert level(user) == "T1"


def test_whose_identity_was_looked_at_stays_verified_when_the_account_is_closed() -> None:
    user = make_seller()
    hand_in(user, "Zoë Müller")
    add_account(user, "Zoe Mueller")
    grant(user, "T2")

    account = BankAccount.objects.get(user=user)
    with transaction.atomic():
        assert not doubt_account_match(user_id=user.pk, bank_account_ids=[account.id])

    assert level(user) == "T2"


@pytest.mark.parametrize("was_refused", [True, False])
def test_a_refused_account_gives_its_level_back_not_even_when_the_identity_ends(
    was_refused: bool,
) -> None:
    user = make_seller()
    hand_in(user, "Zoë Müller")
    add_account(user, "Zoe Mueller")
    grant(user, "T2")
    with transaction.atomic():
        account = BankAccount.objects.get(user=user).id if was_refused else new_id()
        for _ in range(2):
            assert not doubt_account_match(user_id=user.pk, bank_account_ids=[account])
    identity = VerificationCase.objects.get(user=user, level="T2")

    revoke_verification(case_id=identity.id, actor=reviewer(), reason="A borrowed passport")

    match = VerificationCase.objects.get(user=user, level="T1")
    ended = [str(event["reason"]) for event in recorded("users.VerificationExpired")]
    if was_refused:
        assert (match.status, match.decision_code) == ("EXPIRED", "account_refused")
        assert (level(user), sorted(ended)) == ("T0", ["account_refused", "revoked"])
    else:
        assert (match.status, level(user), ended) == ("APPROVED", "T1", ["revoked"])


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
