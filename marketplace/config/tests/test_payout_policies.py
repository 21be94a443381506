"""The payout policies of a new database: careful wherever real money moves."""

from marketplace.config.settings import base


def test_production_waits_72_hours_after_new_bank_details() -> None:
    everywhere = base.PAYOUT_POLICIES[0]
    assert everywhere["bank_account_wait_hours"] == 72
    assert "currency" not in everywhere


def test_every_seeded_currency_needs_two_operators_above_some_amount() -> None:
    named = {row["currency"] for row in base.PAYOUT_POLICIES if "currency" in row}
    guarded = {row["currency"] for row in base.PAYOUT_POLICIES if "approval_above_minor" in row}
    assert named == guarded
