"""How much may go to one account number in a day before people look, and whether a number that
somebody else keeps makes them look (ADR 99).

Expand: what no row says is no limit. The new index holds what the question reads, and takes the place
of the key's own; building it reads the table once and holds up payouts meanwhile (a second for a
million).
"""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0034_why_a_payout_waits")]

    operations = [
        migrations.AddField(
            model_name="payoutpolicy",
            name="account_day_payouts",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="More withdrawals to one account number in any 24 hours, from anybody, "
                "need two operators.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AddField(
            model_name="payoutpolicy",
            name="account_day_minor",
            field=models.BigIntegerField(
                blank=True,
                help_text="Minor units. More to one account number in any 24 hours, from whomever, "
                "needs two operators.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="payoutpolicy",
            name="shared_account_waits",
            field=models.BooleanField(
                blank=True,
                help_text="A withdrawal to a number that somebody else keeps, or that one came back "
                "from, needs two operators.",
                null=True,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="payoutpolicy", name="payments_payout_policy_amounts_need_currency"
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.CheckConstraint(
                condition=Q(currency__isnull=False)
                | Q(
                    maximum_minor__isnull=True,
                    day_limit_minor__isnull=True,
                    month_limit_minor__isnull=True,
                    approval_above_minor__isnull=True,
                    account_day_minor__isnull=True,
                ),
                name="payments_payout_policy_amounts_need_currency",
                violation_error_message="An amount needs a currency.",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="payoutpolicy", name="payments_payout_policy_in_range"
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.CheckConstraint(
                condition=(Q(maximum_minor__isnull=True) | Q(maximum_minor__gte=0))
                & (Q(day_limit_minor__isnull=True) | Q(day_limit_minor__gte=0))
                & (Q(month_limit_minor__isnull=True) | Q(month_limit_minor__gte=0))
                & (Q(approval_above_minor__isnull=True) | Q(approval_above_minor__gte=0))
                & (Q(account_day_minor__isnull=True) | Q(account_day_minor__gte=0))
                & (Q(reserve_bps__isnull=True) | Q(reserve_bps__lte=10_000)),
                name="payments_payout_policy_in_range",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                fields=["bank_account", "requested_at"],
                include=["amount_minor", "currency", "status"],
                name="payments_payout_to_account",
            ),
        ),
        migrations.AlterField(
            model_name="payout",
            name="bank_account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.bankaccount",
            ),
        ),
    ]
