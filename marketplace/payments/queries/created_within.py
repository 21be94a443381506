from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def created_within(
    rows: QuerySet[M], created_from: datetime | None, created_before: datetime | None
) -> QuerySet[M]:
    """The rows of a period: the first moment belongs to it, the last does not."""
    if created_from:
        rows = rows.filter(created_at__gte=created_from)
    if created_before:
        rows = rows.filter(created_at__lt=created_before)
    return rows
