"""Lines about a top-up that a bank took or gave back name the top-up, as a rebuild has them.

Those written first named the chargeback: the line of a rebuilt stream met them under its own id.
"""

from django.db import migrations

NAME = """
UPDATE payments_transaction t SET subject_id = e.stream_id
  FROM payments_payment_event e
 WHERE e.stream = 'top_up' AND e.type IN ('TopUpChargedBack', 'TopUpGivenBack')
   AND t.id = e.event_id AND t.subject_id <> e.stream_id
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0028_chargebacks_of_a_payment")]

    operations = [migrations.RunSQL(NAME, migrations.RunSQL.noop)]
