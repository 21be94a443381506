"""Keys of encrypted fields: rotated beside readers and writers, and nothing opens out of place."""

import base64
import os
import random
import threading
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.db import connection

from marketplace.core.security import Undecipherable, fingerprint
from marketplace.core.security.encryption import key_version
from marketplace.core.security.sealed import SealedColumn, sealed_stores
from marketplace.core.testing.figures import publish
from marketplace.payments.errors import BankAccountExists
from marketplace.payments.models import BankAccount
from marketplace.payments.repositories.bank_accounts import PURPOSE, open_destination
from marketplace.payments.tests.factories import add_approved_bank_account, make_bank_account
from marketplace.users.tests.factories import actor, make_seller

OLD_KEY, NEW_KEY = b"a" * 32, b"b" * 32
OLD = "1:" + base64.b64encode(OLD_KEY).decode()
NEW = "2:" + base64.b64encode(NEW_KEY).decode()
ROWS = int(os.environ.get("FAIRHOLD_SEALED_ROWS", "60"))
COLUMNS = ("account_holder_encrypted", "number_encrypted")


def seal_as_before(field: Any, row_id: UUID, text: str) -> bytes:
    """What a process writes that was started before the new key."""
    nonce = os.urandom(12)
    place = f"{field.binding['model']}|{row_id}|{field.binding['field']}".encode()
    sealed = AESGCM(OLD_KEY).encrypt(nonce, text.encode(), place)
    return bytes([1]) + (1).to_bytes(2, "big") + nonce + sealed


def column(name: str) -> Any:
    return BankAccount._meta.get_field(name)


@pytest.fixture
def accounts(settings: Any) -> list[UUID]:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    seller = make_seller()
    template = make_bank_account(seller)
    ids = [template.id]
    for number in range(ROWS - 1):
        row = BankAccount.objects.get(pk=template.id)
        row.pk = UUID(int=template.id.int + number + 1)
        row.is_default = False
        row.account_holder_encrypted = column(COLUMNS[0]).seal("Holder 0", row_id=row.pk)
        row.number_encrypted = column(COLUMNS[1]).seal(f"{number:08}", row_id=row.pk)
        row.fingerprint = fingerprint(f"{number:08}", purpose=PURPOSE)
        row.save(force_insert=True)
        ids.append(row.pk)
    return ids


@pytest.mark.django_db(transaction=True)
def test_a_rotation_beside_readers_and_writers_leaves_nothing_unreadable(
    accounts: list[UUID], settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    stop, begun = threading.Event(), threading.Barrier(5)
    reads: list[int] = []
    failures: list[str] = []
    written: dict[UUID, str] = {}

    def read(seed: int) -> None:
        chance, count = random.Random(seed), 0
        begun.wait()
        while not stop.is_set():
            row = BankAccount.objects.get(pk=chance.choice(accounts))
            try:
                open_destination(row)
            except Undecipherable as error:
                failures.append(str(error))
            count += 1
        reads.append(count)
        connection.close()

    def write(mine: list[UUID], is_behind: bool) -> None:
        chance, field = random.Random(len(mine)), column(COLUMNS[0])
        begun.wait()
        number = 0
        while not stop.is_set():
            row_id, number = chance.choice(mine), number + 1
            text = f"Holder {number}"
            # One of the writers was started before the new key, and seals under the old one.
            sealed = (
                seal_as_before(field, row_id, text)
                if is_behind and number < ROWS * 3
                else field.seal(text, row_id=row_id)
            )
            BankAccount.objects.filter(pk=row_id).update(account_holder_encrypted=sealed)
            written[row_id] = text
        connection.close()

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(2)]
    threads += [
        threading.Thread(target=write, args=(accounts[0::2], False)),
        threading.Thread(target=write, args=(accounts[1::2], True)),
    ]
    for thread in threads:
        thread.start()
    begun.wait()
    try:
        for _ in range(5):
            call_command_quietly(batch=7)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert call_command_quietly() is None
    assert failures == []
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    rows = list(BankAccount.objects.all())
    holders = {row.pk: open_destination(row).account_holder for row in rows}
    assert len(holders) == ROWS
    assert {row_id: holders[row_id] for row_id in written} == written
    assert {key_version(getattr(row, name)) for row in rows for name in COLUMNS} == {2}
    publish(
        "rotation of field keys under load",
        fields=ROWS * len(COLUMNS),
        reads=sum(reads),
        rows_written_meanwhile=len(written),
        unreadable=len(failures),
        left_under_the_old_key=0,
    )


def call_command_quietly(batch: int = 500, **options: Any) -> str | None:
    """The command's complaint, or nothing: beside a writer that is behind it may have one."""
    try:
        call_command("rotate_field_keys", batch=batch, stdout=StringIO(), **options)
    except CommandError as complaint:
        return str(complaint)
    return None


@pytest.mark.django_db
def test_it_goes_on_where_it_was_stopped(accounts: list[UUID], settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    store = next(s for s in sealed_stores() if s.name == "payments_bank_account.number_encrypted")

    first = store.reseal(after=None, limit=10)

    assert first.resealed == 10
    assert dict(store.count_by_key()) == {1: ROWS - 10, 2: 10}
    said = StringIO()
    call_command("rotate_field_keys", stdout=said)
    assert f"number_encrypted: {ROWS - 10} sealed again; {ROWS} under key 2 (newest)" in (
        said.getvalue()
    )
    assert "0 sealed again" in run_again()


def run_again() -> str:
    said = StringIO()
    call_command("rotate_field_keys", stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_what_cannot_be_read_is_named_and_left_as_it_is(
    accounts: list[UUID], settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    broken = b"\x01\x00\x01" + b"x" * 40
    BankAccount.objects.filter(pk=accounts[3]).update(number_encrypted=broken)

    complaint = call_command_quietly(stderr=StringIO())

    assert complaint == "Not everything stands under the newest key; keep the old ones."
    assert bytes(BankAccount.objects.get(pk=accounts[3]).number_encrypted) == broken


@pytest.mark.django_db
def test_nothing_opens_out_of_its_place(accounts: list[UUID], settings: Any) -> None:
    rows = list(BankAccount.objects.order_by("id"))
    fields = [(row, name) for row in rows for name in COLUMNS]
    tried = {"swapped row": 0, "swapped field": 0, "wrong key": 0, "truncated": 0}
    raised = dict.fromkeys(tried, 0)

    def refuse(what: str, name: str, stored: bytes, row_id: UUID) -> None:
        tried[what] += 1
        try:
            column(name).unseal(stored, row_id=row_id)
        except Undecipherable:
            raised[what] += 1

    for number, (row, name) in enumerate(fields):
        stored = bytes(getattr(row, name))
        other = COLUMNS[1 - COLUMNS.index(name)]
        refuse("swapped row", name, stored, rows[number // 2 - 1].pk)
        refuse("swapped field", other, stored, row.pk)
        for length in range(len(stored)):
            refuse("truncated", name, stored[:length], row.pk)
    settings.FIELD_ENCRYPTION_KEYS = ["1:" + base64.b64encode(b"c" * 32).decode()]
    for row, name in fields:
        refuse("wrong key", name, bytes(getattr(row, name)), row.pk)

    assert raised == tried
    assert min(tried.values()) >= ROWS
    publish("sealed fields out of place", **{f"{what} raised": n for what, n in raised.items()})


@pytest.mark.django_db
def test_an_old_fingerprint_key_is_retired_and_equal_accounts_stay_known(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    seller = make_seller()
    make_bank_account(seller)
    row = BankAccount.objects.get(user=seller)
    number = open_destination(row).number

    def again() -> None:
        with pytest.raises(BankAccountExists):
            add_approved_bank_account(
                actor=actor(seller),
                account_holder="Somebody",
                currency=row.currency,
                iban=number if row.number_kind == "IBAN" else "",
                account_number="" if row.number_kind == "IBAN" else number,
            )

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    again()
    settings.FIELD_FINGERPRINT_KEY = 2
    again()
    assert call_command_quietly(fingerprints=True) is None
    again()
    assert call_command_quietly() is None
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    again()
    assert bytes(BankAccount.objects.get(user=seller).fingerprint) != bytes(row.fingerprint)


def test_every_encrypted_column_is_found_and_says_what_it_is_bound_as() -> None:
    columns = [store for store in sealed_stores() if isinstance(store, SealedColumn)]

    assert {"payments_bank_account.number_encrypted"} <= {store.name for store in columns}
    bound = [store.field.bound_as for store in columns]
    assert all(name.count(".") == 2 for name in bound)
    assert len(set(bound)) == len(bound)
