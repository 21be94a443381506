"""Recomputes the chain from the rows as they are now: part of `make audit`.

Finds any entry or link that was altered, moved, put in or taken out. What it cannot find: the
newest entries taken away together with their links and with every anchor that covers them. The
logs have each entry's digest and each anchored head.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from django.db import connection

from marketplace.core.audit.anchors import is_genuine
from marketplace.core.audit.chain import NO_HASH, link_hash
from marketplace.core.audit.entries import digest_of
from marketplace.core.models import AuditAnchor, AuditEntry, AuditLink

BATCH_ROWS = 1000
WITHOUT_LINK = """
    SELECT e.id, e.action FROM core_audit_entry e
     WHERE NOT EXISTS (SELECT FROM core_audit_link l WHERE l.entry_id = e.id) ORDER BY e.id
"""


class Tally(Protocol):
    examined: int
    note: str


def check_audit_log(tally: Tally) -> Iterator[str]:
    """One sentence per fault; call it in a transaction, so that it sees one moment."""
    anchors = {anchor.number: anchor for anchor in AuditAnchor.objects.all()}
    for anchor in anchors.values():
        if not is_genuine(anchor):
            yield f"anchor {anchor.number} of the audit log is not signed by a key of ours"
    last, hash_before = 0, NO_HASH
    for link, entry in _links():
        tally.examined += 1
        for number in range(last + 1, min(link.number, last + 2)):
            yield f"link {number} of the audit log is gone ({link.number - last - 1} in all)"
        yield from _faults(link, entry, hash_before)
        anchor_here = anchors.get(link.number)
        if anchor_here and bytes(anchor_here.hash) != bytes(link.hash):
            yield f"link {link.number} of the audit log is not what was anchored"
        last, hash_before = link.number, bytes(link.hash)
    if beyond := [number for number in anchors if number > last]:
        yield f"the audit log ends at {last}, and was anchored at {max(beyond)}: entries are gone"
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_LINK)
        for entry_id, action in cursor.fetchall():
            yield f"audit entry {entry_id} ({action}) is in no link: put in, or its link is gone"
    tally.note = f"{len(anchors)} anchors"


def _links() -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    links = AuditLink.objects.order_by("number").iterator(chunk_size=BATCH_ROWS)
    while batch := list(islice(links, BATCH_ROWS)):
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in batch])
        for link in batch:
            yield link, entries.get(link.entry_id)


def _faults(link: AuditLink, entry: AuditEntry | None, hash_before: bytes) -> Iterator[str]:
    if entry is None:
        yield f"audit entry {link.entry_id} of link {link.number} is gone"
        return
    digest = digest_of(entry)
    if digest != bytes(entry.digest):
        yield f"audit entry {entry.pk} ({entry.action}) was altered"
    if bytes(link.hash) != link_hash(hash_before, link.number, link.entry_id, digest):
        yield f"link {link.number} of the audit log does not follow the one before it"
