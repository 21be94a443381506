"""Leases for idempotent commands of several transactions; indexes for order per key."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AlterField(
            "idempotencyrecord", "status", models.PositiveSmallIntegerField(null=True)
        ),
        migrations.AddField("idempotencyrecord", "holder", models.UUIDField(null=True)),
        migrations.AddField("idempotencyrecord", "leased_until", models.DateTimeField(null=True)),
        migrations.RemoveIndex("idempotencyrecord", "core_idempotency_age"),
        migrations.AddConstraint(
            "idempotencyrecord",
            models.CheckConstraint(
                condition=Q(status__isnull=False, holder__isnull=True, leased_until__isnull=True)
                | Q(status__isnull=True, holder__isnull=False, leased_until__isnull=False),
                name="core_idempotency_answer_or_lease",
            ),
        ),
        migrations.RemoveIndex("outboxevent", "core_outbox_key"),
        migrations.AddIndex(
            "outboxevent",
            models.Index(
                condition=Q(published_at__isnull=True, dead_at__isnull=True),
                fields=["key", "id"],
                name="core_outbox_pending_by_key",
            ),
        ),
        migrations.AddIndex(
            "outboxevent",
            models.Index(
                condition=Q(dead_at__isnull=False), fields=["dead_at"], name="core_outbox_dead"
            ),
        ),
    ]
