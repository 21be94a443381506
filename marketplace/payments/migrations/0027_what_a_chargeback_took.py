"""Which payment of the provider a chargeback in no escrow of ours took."""

from django.db import migrations, models

# Until now only the note said it, in these words.
NAME = r"""
UPDATE payments_payment_review
   SET provider_payment_id = substring(note FROM 'its payment ''([^'']{1,100})''')
 WHERE kind = 'UNMATCHED_CHARGEBACK' AND note ~ 'its payment ''[^'']{1,100}'''
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0026_plural_names")]

    operations = [
        migrations.AddField(
            model_name="paymentreview",
            name="provider_payment_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.RunSQL(NAME, migrations.RunSQL.noop),
    ]
