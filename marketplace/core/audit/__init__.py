"""The audit log: what staff did to a person or their money, in rows that nobody can change.

    record_action(
        actor=actor, action="users.suspend_user", subject_type="users.user", subject_id=user.pk,
        reason=reason, before={"suspended": False}, after={"suspended": True},
    )

ADR 0075 says how the chain is made and what it can and cannot find.
"""

from marketplace.core.audit.anchors import anchor_audit_log
from marketplace.core.audit.check import check_audit_log
from marketplace.core.audit.entries import masked, record_action, subject_id_of
from marketplace.core.audit.reading import get_audit_entry, list_audit_entries

__all__ = [
    "anchor_audit_log",
    "check_audit_log",
    "get_audit_entry",
    "list_audit_entries",
    "masked",
    "record_action",
    "subject_id_of",
]
