"""What a level wants to know and to see, and how it is checked and sealed."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from marketplace.core import clock
from marketplace.core.security import fingerprint, fingerprints
from marketplace.core.security.sealed import (
    EncryptedField,
    FingerprintColumn,
    register_fingerprints,
)
from marketplace.users.verification.errors import FactsInvalid
from marketplace.users.verification.models import DocumentKind, DocumentType, VerificationCase

PURPOSE = "verification.VerificationCase"
SEALED = (
    "legal_name",
    "date_of_birth",
    "document_number",
    "address",
    "business_name",
    "registration_number",
)
PLAIN = ("country", "document_type")
ADULT_YEARS = 18
OLDEST_YEARS = 120
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{1,38}[A-Z0-9]")

_K = DocumentKind
FACTS: Mapping[str, tuple[str, ...]] = {
    "T1": ("legal_name",),
    "T2": ("legal_name", "date_of_birth", "country", "document_type", "document_number"),
    "T3": ("business_name", "registration_number", "country", "address"),
}
MORE_FACTS: Mapping[str, tuple[str, ...]] = {"T1": (), "T2": ("address",), "T3": ("legal_name",)}
"""Welcome, and not asked for."""
DOCUMENTS: Mapping[str, tuple[DocumentKind, ...]] = {
    "T1": (),
    "T2": (_K.IDENTITY_FRONT, _K.SELFIE),
    "T3": (_K.BUSINESS_REGISTRATION, _K.PROOF_OF_ADDRESS),
}
MORE_DOCUMENTS: Mapping[str, tuple[DocumentKind, ...]] = {
    # Where the bank spells the name in another way, a person compares.
    "T1": (_K.BANK_STATEMENT,),
    "T2": (_K.IDENTITY_BACK, _K.PROOF_OF_ADDRESS),
    "T3": (_K.BANK_STATEMENT,),
}


def facts_of_level(level: str) -> tuple[str, ...]:
    return FACTS[level] + MORE_FACTS[level]


def documents_of_level(level: str) -> tuple[DocumentKind, ...]:
    return DOCUMENTS[level] + MORE_DOCUMENTS[level]


def wanted_documents(case: VerificationCase) -> tuple[DocumentKind, ...]:
    """A card has two sides; a passport shows all of it on one page."""
    wanted = DOCUMENTS[case.level]
    if case.level == "T2" and case.document_type not in ("", DocumentType.PASSPORT):
        wanted += (DocumentKind.IDENTITY_BACK,)
    return wanted


def given_facts(case: VerificationCase) -> tuple[str, ...]:
    """The names of what was stated; the values are for reviewers alone."""
    sealed = tuple(name for name in SEALED if getattr(case, f"{name}_encrypted") is not None)
    return sealed + tuple(name for name in PLAIN if getattr(case, name))


def state_facts(case: VerificationCase, facts: Mapping[str, Any]) -> list[str]:
    """Check and seal what was stated into the row; an empty value takes a fact back.

    Returns the columns that changed. Raises :class:`FactsInvalid` naming every fact at fault.
    """
    welcome = facts_of_level(case.level)
    faults = {
        name: [f"A verification of {case.level} does not ask for this."]
        for name in facts
        if name not in welcome
    }
    clean: dict[str, str] = {}
    for name in facts.keys() & set(welcome):
        try:
            clean[name] = _clean(name, facts[name])
        except ValueError as fault:
            faults[name] = [str(fault)]
    if faults:
        raise FactsInvalid(fields=faults)
    changed = []
    for name, value in clean.items():
        column = name if name in PLAIN else f"{name}_encrypted"
        setattr(case, column, value if name in PLAIN else _sealed(case, name, value))
        changed.append(column)
    if changed:
        case.document_fingerprint = _fingerprint(case)
        changed.append("document_fingerprint")
    return changed


def open_facts(case: VerificationCase) -> dict[str, str]:
    """What was stated, in the clear: for reviewers, for comparing, for the person's own export."""
    facts = {
        name: _field(name).unseal(stored, row_id=case.id)
        for name in SEALED
        if (stored := getattr(case, f"{name}_encrypted")) is not None
    }
    return facts | {name: getattr(case, name) for name in PLAIN if getattr(case, name)}


def forget_facts(case: VerificationCase) -> list[str]:
    """Take every fact out of the row; returns the columns that changed."""
    columns = [f"{name}_encrypted" for name in SEALED]
    for column in columns:
        setattr(case, column, None)
    for name in PLAIN:
        setattr(case, name, "")
    case.document_fingerprint = None
    return [*columns, *PLAIN, "document_fingerprint"]


def document_fingerprints(case: VerificationCase) -> list[bytes]:
    """Under every key: finds the same document also while fingerprints move to another key."""
    named = _named_document(case)
    return [] if named is None else fingerprints(named, purpose=PURPOSE)


def _sealed(case: VerificationCase, name: str, value: str) -> bytes | None:
    return _field(name).seal(value, row_id=case.id) if value else None


def _field(name: str) -> EncryptedField:
    return cast("EncryptedField", VerificationCase._meta.get_field(f"{name}_encrypted"))


def _fingerprint(case: VerificationCase) -> bytes | None:
    named = _named_document(case)
    return None if named is None else fingerprint(named, purpose=PURPOSE)


def _named_document(case: VerificationCase) -> str | None:
    """What the fingerprint is of; nothing where no document is named."""
    number = open_facts(case).get("document_number", "")
    if not number:
        return None
    bare = re.sub(r"[^A-Z0-9]", "", number)
    return f"{case.country}|{case.document_type}|{bare}"


register_fingerprints(
    FingerprintColumn(PURPOSE, "document_fingerprint", PURPOSE, value_of=_named_document)
)


def _clean(name: str, value: Any) -> str:
    """As it is kept; raises ValueError with what is wrong with it."""
    if name == "date_of_birth":
        return _birthday(value if isinstance(value, date) else date.fromisoformat(str(value)))
    text = " ".join(str(value).split())
    if text and name in ("document_number", "registration_number"):
        text = text.upper()
        if not NUMBER.fullmatch(text):
            raise ValueError("Letters, digits, spaces and . / - only, 3 to 40 of them.")
    if text and name in ("legal_name", "business_name") and not any(c.isalpha() for c in text):
        raise ValueError("A name has letters.")
    return text


def _birthday(born: date) -> str:
    today = clock.now().date()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not 0 <= age <= OLDEST_YEARS:
        raise ValueError("This is not somebody's day of birth.")
    if age < ADULT_YEARS:
        raise ValueError(f"Only people of {ADULT_YEARS} and more can be verified.")
    return born.isoformat()
