"""What staff may do, as permissions; nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0021_top_ups_charged_back"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="bankaccount",
            options={"permissions": (("clear_bank_account", "Clear blocked bank accounts"),)},
        ),
        migrations.AlterModelOptions(
            name="commissionrule",
            options={
                "permissions": (("edit_commission_rule", "Make, succeed and end commission rules"),)
            },
        ),
        migrations.AlterModelOptions(
            name="currencyexchange",
            options={
                "permissions": (
                    ("exchange_currency", "Exchange money in wallets, and take exchanges back"),
                )
            },
        ),
        migrations.AlterModelOptions(
            name="itemresolution",
            options={
                "permissions": (
                    (
                        "resolve_item",
                        "Resolve differences with providers, and agree to resolutions",
                    ),
                )
            },
        ),
        migrations.AlterModelOptions(
            name="ledgeraccount",
            options={
                "permissions": (
                    ("view_receivable", "See what sellers owe"),
                    ("write_off_receivable", "Write off what a seller owes"),
                )
            },
        ),
        migrations.AlterModelOptions(
            name="ledgerjournal",
            options={
                "permissions": (
                    ("enter_settlement", "Enter settlements"),
                    ("reverse_journal", "Reverse journals"),
                )
            },
        ),
        migrations.AlterModelOptions(
            name="paymentreview",
            options={
                "permissions": (
                    (
                        "resolve_review",
                        "Resolve reviews: refund or credit from suspense, lift a holding limit, close",
                    ),
                )
            },
        ),
        migrations.AlterModelOptions(
            name="payout",
            options={"permissions": (("approve_payout", "Approve and reject payouts"),)},
        ),
        migrations.AlterModelOptions(
            name="payoutfreeze",
            options={
                "permissions": (
                    ("freeze_payouts", "Freeze payouts"),
                    ("lift_payout_freeze", "Lift freezes of payouts"),
                )
            },
        ),
        migrations.AlterModelOptions(
            name="providerreport",
            options={"permissions": (("import_report", "Read and import providers' reports"),)},
        ),
        migrations.AlterModelOptions(
            name="providerwebhook",
            options={"permissions": (("reprocess_webhook", "Process providers' webhooks again"),)},
        ),
        migrations.AlterModelOptions(
            name="wallet",
            options={"permissions": (("suspend_wallet", "Suspend and reinstate wallets"),)},
        ),
    ]
