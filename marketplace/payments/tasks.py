"""What must happen though nobody asks."""

from marketplace.core.health import register_readiness
from marketplace.core.jobs import periodic
from marketplace.payments.ledger.roll_up import roll_up_balances
from marketplace.payments.monitors import check_payout_schedules
from marketplace.payments.queries.get_holding_alerts import check_holding_limits
from marketplace.payments.readiness import check_payouts
from marketplace.payments.seals.lag import check_lag
from marketplace.payments.seals.sealer import seal_events
from marketplace.payments.services.check_invariants import check_invariants
from marketplace.payments.services.import_report import import_reports
from marketplace.payments.services.match_reports import match_reports
from marketplace.payments.services.process_webhooks import process_webhooks
from marketplace.payments.services.raise_holding_alerts import raise_holding_alerts
from marketplace.payments.services.run_payout_batch import run_payout_batch
from marketplace.payments.services.settle_unknown_attempts import settle_unknown_attempts
from marketplace.payments.services.settle_unknown_top_ups import settle_unknown_top_ups
from marketplace.payments.services.submit_payouts import submit_payouts
from marketplace.payments.services.submit_refunds import submit_refunds
from marketplace.payments.services.watch_chargebacks import watch_chargebacks
from marketplace.payments.services.watch_paid_payouts import watch_paid_payouts

periodic(name="payments.process_webhooks", every_seconds=0.05)(process_webhooks)
periodic(name="payments.settle_unknown_attempts", every_seconds=1)(settle_unknown_attempts)
periodic(name="payments.settle_unknown_top_ups", every_seconds=1)(settle_unknown_top_ups)
periodic(name="payments.submit_refunds", every_seconds=0.5)(submit_refunds)
periodic(name="payments.submit_payouts", every_seconds=0.5)(submit_payouts)
periodic(name="payments.run_payout_batch", every_seconds=30)(run_payout_batch)
periodic(name="payments.watch_paid_payouts", every_seconds=15)(watch_paid_payouts)
periodic(name="payments.watch_chargebacks", every_seconds=15)(watch_chargebacks)
periodic(name="payments.roll_up_balances", every_seconds=5)(roll_up_balances)
periodic(name="payments.seal_events", every_seconds=1)(seal_events)

register_readiness("payout schedules", check_payout_schedules, is_vital=False)
# Money is right without seals; what waits for one is only not proven yet.
register_readiness("seals", check_lag, is_vital=False)
periodic(name="payments.import_reports", every_seconds=15)(import_reports)
periodic(name="payments.match_reports", every_seconds=5)(match_reports)
periodic(name="payments.check_invariants", every_seconds=30)(check_invariants)

# Buyers pay and the web serves while payouts are frozen; see readiness.py.
register_readiness("payouts", check_payouts, is_vital=False)
periodic(name="payments.raise_holding_alerts", every_seconds=60)(raise_holding_alerts)
register_readiness("holding_limits", check_holding_limits, is_vital=False)
