from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.step_up import StepUpProof
from marketplace.users.models import DataExport, ExportPortion, StepUpPurpose
from marketplace.users.repositories.exports import CONTENT, find_own, is_readable
from marketplace.users.services.use_step_up import use_step_up


@opens_transaction
def open_export(*, export_id: UUID, user_id: UUID, step_up: StepUpProof) -> Iterator[bytes]:
    """The opened file, portion by portion, for its owner and with their approval of this.

    Everything that is known of somebody is worth a second factor: a device that was left open, or
    a token that leaked, does not download it. The checks happen before the first portion is asked
    for. Errors: NotFound (also somebody else's, not ready, expired), StepUpRequired, StepUpRefused.
    """
    export = find_own(export_id=export_id, user_id=user_id)
    if not is_readable(export):
        raise NotFound("export")
    use_step_up(
        **asdict(step_up),
        user_id=user_id,
        purpose=StepUpPurpose.PRIVACY,
        binding={"action": "download_export", "export_id": str(export_id)},
    )
    return _portions(export)


def _portions(export: DataExport) -> Iterator[bytes]:
    # One by one: a file of pictures is larger than a web process should hold.
    numbers = ExportPortion.objects.filter(export=export).order_by("number")
    for portion_id in list(numbers.values_list("pk", flat=True)):
        portion = ExportPortion.objects.get(pk=portion_id)
        yield CONTENT.unseal_bytes(portion.content_encrypted, row_id=portion.pk)
