"""The chain's head, signed now and then: the database alone cannot write history anew."""

from datetime import UTC, datetime

import structlog
from django.db import transaction

from marketplace.core import clock
from marketplace.core.models import AuditAnchor, AuditLink
from marketplace.core.security import signing

log = structlog.get_logger(__name__)


def anchor_audit_log() -> int:
    """Sign the newest link, unless it is signed; returns how many anchors it made."""
    head = AuditLink.objects.order_by("-number").first()
    if head is None or AuditAnchor.objects.filter(number__gte=head.number).exists():
        return 0
    moment = clock.database_now()
    key_id, signature = signing.sign(anchor_message(head.number, bytes(head.hash), moment))
    anchor = AuditAnchor(
        number=head.number,
        hash=head.hash,
        anchored_at=moment,
        key_id=key_id,
        signature=signature,
    )
    with transaction.atomic():
        # Two at the same moment sign the same head: either signature will do.
        AuditAnchor.objects.bulk_create([anchor], ignore_conflicts=True)
    # In the logs the head leaves the database: who keeps them sees when the newest entries go.
    log.info("audit_log_anchored", number=head.number, hash=bytes(head.hash).hex())
    return 1


def anchor_message(number: int, digest: bytes, moment: datetime) -> bytes:
    at = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return b"fairhold/audit-anchor/v1\n" + f"{number}\n{digest.hex()}\n{at}".encode()


def is_genuine(anchor: AuditAnchor) -> bool:
    message = anchor_message(anchor.number, bytes(anchor.hash), anchor.anchored_at)
    return signing.is_signed(message, key_id=anchor.key_id, signature=bytes(anchor.signature))
