"""What the platform's own plumbing knows of people."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from marketplace.core.models import IdempotencyRecord, OutboxEvent, UploadUsage
from marketplace.core.privacy import PersonalData, excuse_model, register_personal_data

BLANK_ANSWERS = f"""
    UPDATE {IdempotencyRecord._meta.db_table} AS record
       SET body = record.body || (
               SELECT jsonb_object_agg(name, NULL) FROM unnest(%s::text[]) AS name
                WHERE record.body ? name
           )
     WHERE record.user_id = ANY (%s::uuid[]) AND record.body ->> 'id' = ANY (%s::text[])
       AND record.body ?| %s::text[]
"""  # noqa: S608 - Django's documented model API

BLANK_EVENTS = f"""
    UPDATE {OutboxEvent._meta.db_table}
       SET payload = payload || jsonb_build_object(%s::text, %s::text)
     WHERE key = ANY (%s::uuid[]) AND payload ? %s::text AND published_at IS NOT NULL
"""  # noqa: S608 - Django's documented model API


def _answers_of(user_id: UUID) -> list[dict[str, object]]:
    rows = IdempotencyRecord.objects.filter(user_id=user_id).order_by("id")
    return [
        {"key": key, "answered_with": status, "at": created_at}
        for key, status, created_at in rows.values_list("key", "status", "created_at").iterator()
    ]


def _forget_answers(user_id: UUID) -> int:
    deleted, _ = IdempotencyRecord.objects.filter(user_id=user_id).delete()
    return deleted


def blank_answers(
    *, user_ids: Iterable[UUID], object_ids: Iterable[UUID], members: Sequence[str]
) -> int:
    """Blank members of answers about these objects that are kept for these other people.

    Their requests stay answered, once, with somebody's words and whereabouts left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(BLANK_ANSWERS, [list(members), *_texts(user_ids, object_ids), list(members)])
        return int(cursor.rowcount)


def blank_events(*, keys: Iterable[UUID], member: str, word: str) -> int:
    """Put ``word`` for a member of published events that wait for their purge.

    One that was not handed on yet is still needed as it is, and is gone days after it was.
    """
    with connection.cursor() as cursor:
        cursor.execute(BLANK_EVENTS, [member, word, *_texts(keys), member])
        return int(cursor.rowcount)


def _texts(*ids: Iterable[UUID]) -> list[list[str]]:
    return [[str(each) for each in group] for group in ids]


register_personal_data(
    PersonalData(
        name="core.requests",
        title="Answers kept for repeated requests",
        why="So that a request that is sent twice creates or moves money once.",
        kept="core.idempotency_records",
        models=("core.IdempotencyRecord",),
        export=_answers_of,
        erase=_forget_answers,
    )
)
register_personal_data(
    PersonalData(
        name="core.uploads",
        title="How much you have sent",
        why="To keep one person from filling the disks.",
        kept="core.uploads",
        models=("core.UploadUsage",),
        export=lambda user_id: list(
            UploadUsage.objects.filter(user_id=user_id).values("day", "files", "size_bytes")
        ),
        erase=lambda user_id: UploadUsage.objects.filter(user_id=user_id).delete()[0],
    )
)
excuse_model("core.OutboxEvent", "Events carry ids, never names, addresses or numbers.")
excuse_model("core.InboxMessage", "The id of an event and who handled it.")
excuse_model(
    "core.AuditEntry",
    "What staff did, kept as evidence: ids and masked values; the reason's words are the staff's.",
)
excuse_model("core.RetentionPolicy", "Why data is kept so long: the platform's own words.")
