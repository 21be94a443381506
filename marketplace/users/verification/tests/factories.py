"""Cases for tests."""

from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.ids import new_id
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_admin
from marketplace.users.verification import files, services
from marketplace.users.verification.models import VerificationCase, VerificationDocument
from marketplace.users.verification.repositories.cases import snapshot
from marketplace.users.verification.snapshots import CaseSnapshot

LEGAL_NAME = "Marigold Anne Lantern"
T2_FACTS = {
    "legal_name": LEGAL_NAME,
    "date_of_birth": "1990-04-02",
    "country": "KE",
    "document_type": "PASSPORT",
    "document_number": "A 0123-4567",
}
T3_FACTS = {
    "business_name": "Lantern Works Ltd",
    "registration_number": "PVT-12345",
    "country": "KE",
    "address": "1 Market Street, Nairobi",
}
FACTS: dict[str, dict[str, Any]] = {
    "T1": {"legal_name": LEGAL_NAME},
    "T2": T2_FACTS,
    "T3": T3_FACTS,
}
SHOWN = {
    "T1": (),
    "T2": ("IDENTITY_FRONT", "SELFIE"),
    "T3": ("BUSINESS_REGISTRATION", "PROOF_OF_ADDRESS"),
}


def picture_of(size: tuple[int, int] = (64, 40), colour: str = "navy") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def grant(user: User, *levels: str) -> None:
    """Hold these levels without a story: for what stands on them."""
    now = clock.now()
    for level in levels:
        VerificationCase.objects.create(
            user=user,
            level=level,
            status="APPROVED",
            method="SERVICE",
            submitted_at=now,
            decided_at=now,
        )
    top = max(levels)
    User.objects.filter(pk=user.pk).update(
        verification_level=top,
        verification_status="VERIFIED" if top in ("T2", "T3") else "UNVERIFIED",
    )


def draft(user: User, level: str = "T2", **facts: Any) -> CaseSnapshot:
    """Ready to be handed in."""
    below = {"T1": (), "T2": ("T1",), "T3": ("T1", "T2")}[level]
    held = set(
        VerificationCase.objects.filter(user=user, status="APPROVED").values_list(
            "level", flat=True
        )
    )
    if missing := [step for step in below if step not in held]:
        grant(user, *missing)
    case = services.open_case(actor=actor(user), level=level, facts={**FACTS[level], **facts})
    for kind in SHOWN[level]:
        show(case.id, kind)
    return snapshot(row(case.id))


def show(case_id: UUID, kind: str) -> VerificationDocument:
    """A document that is there, without the cost of decoding one."""
    document_id = new_id()
    buffer = BytesIO()
    Image.new("RGB", (64, 40), "navy").save(buffer, "WEBP")
    document = VerificationDocument.objects.create(
        id=document_id,
        case_id=case_id,
        kind=kind,
        media_type="image/webp",
        size_bytes=len(buffer.getvalue()),
        file_name=files.new_file_name(),
        file_key_encrypted=files.new_sealed_key(document_id),
    )
    files.write_file(document, [buffer.getvalue()])
    document.stored_at = clock.now()
    document.save(update_fields=["stored_at"])
    return document


def submitted(user: User, level: str = "T2", **facts: Any) -> CaseSnapshot:
    return services.submit_case(case_id=draft(user, level, **facts).id, actor=actor(user))


def reviewer() -> Actor:
    return actor(make_admin())


def claimed(case_id: UUID, by: Actor) -> CaseSnapshot:
    return services.claim_case(case_id=case_id, actor=by)


def row(case_id: UUID) -> VerificationCase:
    return VerificationCase.objects.get(id=case_id)
