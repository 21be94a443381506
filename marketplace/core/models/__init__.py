from marketplace.core.models.audit import AuditAnchor, AuditEntry, AuditLink
from marketplace.core.models.heartbeat import Heartbeat
from marketplace.core.models.idempotency_record import IdempotencyRecord
from marketplace.core.models.inbox_message import InboxMessage
from marketplace.core.models.outbox_event import OutboxEvent
from marketplace.core.models.retention_policy import RetentionPolicy
from marketplace.core.models.upload_usage import UploadUsage

__all__ = [
    "AuditAnchor",
    "AuditEntry",
    "AuditLink",
    "Heartbeat",
    "IdempotencyRecord",
    "InboxMessage",
    "OutboxEvent",
    "RetentionPolicy",
    "UploadUsage",
]
