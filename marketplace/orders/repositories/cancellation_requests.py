"""Requests for cancellation. Every method is called under the order's lock."""

from datetime import datetime
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.orders.models import CancellationRequest, CancellationRequestStatus, Order


class CancellationRequestRepository:
    @needs_transaction
    def open(self, order: Order, *, by: UUID, reason: str, at: datetime) -> None:
        CancellationRequest.objects.create(
            order=order, requested_by_id=by, reason=reason, created_at=at
        )

    @needs_transaction
    def close(
        self,
        order: Order,
        status: CancellationRequestStatus,
        *,
        at: datetime,
        answer: str = "",
    ) -> None:
        """Close the open request, if there is one."""
        CancellationRequest.objects.filter(
            order=order, status=CancellationRequestStatus.OPEN
        ).update(status=status, answer=answer, closed_at=at)
