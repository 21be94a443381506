from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money, exponent
from marketplace.core.policies import require_permission
from marketplace.payments import postings
from marketplace.payments.errors import (
    DifferenceChanged,
    ItemNotOpen,
    NotBookedYet,
    NothingToBook,
    ReasonMissing,
)
from marketplace.payments.models import (
    ItemResolution,
    ItemSide,
    ReconciliationItem,
    ResolutionKind,
    ResolutionStatus,
)
from marketplace.payments.repositories.open_items import (
    difference_of,
    find_item,
    first_ended,
    is_not_booked_yet,
    lock_difference,
)
from marketplace.payments.repositories.reconciliation import match_items, take_up_entries
from marketplace.payments.repositories.report_lines import lock_report
from marketplace.payments.services._staff import note_resolution
from marketplace.payments.services.book_unmatched_capture import book_foreign_receipt

PORTION = 20_000


@opens_transaction
def resolve_item(
    *, item_id: int, kind: ResolutionKind, expected: Money, actor: Actor, reason: str
) -> ResolutionStatus:
    """A named operator ends a difference between a provider's report and our books.

    Everything open about the item's subject is ended together: what our clearing account lacks is
    booked by one fresh journal against suspense or the expense of differences, or explained
    without one. A wrong journal is taken back (``reverse_posting``): its opposite is open then, and
    is ended in this way. The amount is not chosen: it is the difference, and ``expected`` is what
    the operator saw of it. A loss (or an explanation) above ``RECONCILIATION_TWO_PEOPLE_ABOVE`` is
    only proposed: a second person decides.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`, :class:`ItemNotOpen`,
    :class:`DifferenceChanged`, :class:`NothingToBook`, :class:`NotBookedYet`.
    """
    operator_id = require_permission(actor, "payments.resolve_item")
    if not reason.strip():
        raise ReasonMissing
    item = find_item(item_id)
    # The report before its items: as the matcher takes them.
    lock_report(item.provider)
    items = lock_difference(item)
    resolution = _prepare(items, kind, expected)
    resolution.reason = reason.strip()[:1000]
    resolution.proposed_by_id = operator_id
    resolution.proposed_at = clock.now()
    if needs_two_people(kind, expected):
        resolution.status = ResolutionStatus.PROPOSED
        resolution.save(force_insert=True)
    else:
        carry_out(resolution, items, is_new=True)
    note_resolution("payments.resolve_item", resolution, actor=actor, before={"item_id": item_id})
    return ResolutionStatus(resolution.status)


def needs_two_people(kind: ResolutionKind, amount: Money) -> bool:
    if kind is ResolutionKind.SUSPENSE:
        return False  # nothing is lost by it, and what is in suspense is worked off
    limit = Decimal(settings.RECONCILIATION_TWO_PEOPLE_ABOVE).scaleb(exponent(amount.currency))
    return abs(amount.amount_minor) > limit


def _prepare(
    items: Sequence[ReconciliationItem], kind: ResolutionKind, expected: Money
) -> ItemResolution:
    first = items[0]
    if ItemResolution.objects.filter(item_id=first.id, status=ResolutionStatus.PROPOSED).exists():
        raise ItemNotOpen("A proposal for it waits for a second person.")
    check_difference(items, kind, expected)
    return ItemResolution(
        id=new_id(),
        item_id=first.id,
        kind=kind,
        amount_minor=expected.amount_minor,
        currency=expected.currency,
        provider=first.provider,
        subject=first.subject,
    )


def check_difference(
    items: Sequence[ReconciliationItem], kind: ResolutionKind, expected: Money
) -> None:
    difference = difference_of(items)
    if difference != expected:
        raise DifferenceChanged(f"It is {difference} now, and was {expected}.")
    if kind is ResolutionKind.EXPLAINED:
        return
    if difference.is_zero:
        raise NothingToBook
    if is_not_booked_yet(items):
        raise NotBookedYet


@needs_transaction
def carry_out(
    resolution: ItemResolution, items: Sequence[ReconciliationItem], *, is_new: bool
) -> None:
    """Post the journal, if there is one, and close the items; the report is locked."""
    resolution.journal_id = _post(resolution, items)
    resolution.status = ResolutionStatus.DONE
    resolution.save(force_insert=is_new)
    rows = ReconciliationItem.objects.filter(id__in=[item.id for item in items])
    if resolution.journal_id is None:
        rows.update(
            resolution=resolution,
            match_id=resolution.item_id,
            matched_at=clock.database_now(),
            needs_match=False,
        )
        return
    rows.update(resolution=resolution, needs_match=True)
    # The items close as all do: because their counterpart, the new journal, is there.
    take_up_entries(lock_report(resolution.provider), limit=PORTION)
    match_items(resolution.provider)


def _post(resolution: ItemResolution, items: Sequence[ReconciliationItem]) -> UUID | None:
    amount = Money(resolution.amount_minor, resolution.currency)
    arguments = {
        "item_id": resolution.item_id,
        "resolution_id": resolution.id,
        "provider": resolution.provider,
        "amount": amount,
    }
    match resolution.kind:
        case ResolutionKind.EXPLAINED:
            return None
        case ResolutionKind.WRITE_OFF:
            return postings.post_difference_to_expense(**arguments)  # type: ignore[arg-type]
        case _ if _is_foreign_receipt(was := first_ended(items)):
            return _book_foreign(resolution, was[0], amount)
    return postings.post_difference_to_suspense(**arguments)  # type: ignore[arg-type]


def _is_foreign_receipt(items: Sequence[ReconciliationItem]) -> bool:
    item = items[0]
    return (
        len(items) == 1
        and item.side == ItemSide.THEIRS
        and item.kind == "PAYMENT"
        and item.amount_minor > 0
        and bool(item.object_id)
    )


def _book_foreign(resolution: ItemResolution, item: ReconciliationItem, amount: Money) -> UUID:
    # Under the key that a webhook for the same payment would use: it may come later.
    journal_id = book_foreign_receipt(
        provider=item.provider,
        object_id=item.object_id,
        amount=amount,
        note=f"Put into suspense from the provider's report: {resolution.reason}"[:1000],
    )
    if journal_id is None:
        raise ItemNotOpen("It has been booked meanwhile; it will close by itself.")
    return journal_id
