"""Of a capture in suspense one refund is under way at a time, where there was one for good (ADR 98).

Expand: what was allowed stays so. The index is partial and small; building it reads the table once.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0032_posting_in_fewer_statements")]

    operations = [
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=["attempt_id"],
                condition=Q(source="SUSPENSE", status__in=["REQUESTED", "UNKNOWN", "SUBMITTED"]),
                name="payments_refund_of_suspense_under_way",
            ),
        ),
        migrations.RemoveConstraint(model_name="refund", name="payments_refund_of_suspense_live"),
    ]
