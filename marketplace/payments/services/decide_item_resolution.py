from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments.errors import ProposalDecided, SecondPersonNeeded
from marketplace.payments.models import ItemResolution, ResolutionKind, ResolutionStatus
from marketplace.payments.repositories.open_items import find_item, lock_difference
from marketplace.payments.repositories.report_lines import lock_report
from marketplace.payments.services._staff import note_resolution
from marketplace.payments.services.resolve_item import carry_out, check_difference


@opens_transaction
def decide_item_resolution(*, resolution_id: UUID, actor: Actor, agrees: bool) -> None:
    """A second operator agrees to what was proposed, which carries it out, or rejects it.

    The difference must still be the one that was proposed to be ended.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`ProposalDecided`,
    :class:`SecondPersonNeeded`, :class:`ItemNotOpen`, :class:`DifferenceChanged`,
    :class:`NotBookedYet`.
    """
    require_permission(actor, "payments.resolve_item")
    proposed = ItemResolution.objects.filter(id=resolution_id).first()
    if proposed is None:
        raise NotFound("proposal")
    lock_report(proposed.provider)
    resolution = ItemResolution.objects.select_for_update(no_key=True).get(id=resolution_id)
    if resolution.status != ResolutionStatus.PROPOSED:
        raise ProposalDecided
    if resolution.proposed_by_id == actor.user_id:
        raise SecondPersonNeeded
    before = {"status": resolution.status, "proposed_by": resolution.proposed_by_id}
    resolution.decided_by_id = actor.user_id
    resolution.decided_at = clock.now()
    if not agrees:
        resolution.status = ResolutionStatus.REJECTED
        resolution.save(update_fields=["status", "decided_by", "decided_at"])
        note_resolution("payments.decide_item_resolution", resolution, actor=actor, before=before)
        return
    items = lock_difference(find_item(resolution.item_id))
    check_difference(
        items,
        ResolutionKind(resolution.kind),
        Money(resolution.amount_minor, resolution.currency),
    )
    carry_out(resolution, items, is_new=False)
    note_resolution("payments.decide_item_resolution", resolution, actor=actor, before=before)
