"""The indexes that the sealer reads by, built beside the running platform."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0008_seals")]

    operations = [
        AddIndexConcurrently(
            model_name="ledgerjournal",
            index=models.Index(fields=["xact_id", "id"], name="ledger_journal_sealing"),
        ),
        AddIndexConcurrently(
            model_name="paymentevent",
            index=models.Index(
                fields=["xact_id", "stream_id", "version"], name="payments_event_sealing"
            ),
        ),
    ]
