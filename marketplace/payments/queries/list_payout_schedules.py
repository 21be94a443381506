from uuid import UUID

from marketplace.payments.models import PayoutBatchItem, PayoutSchedule, Wallet
from marketplace.payments.repositories.schedules import schedule_snapshot_of
from marketplace.payments.snapshots import PayoutScheduleSnapshot


def list_payout_schedules(*, user_id: UUID) -> list[PayoutScheduleSnapshot]:
    """How each of the user's wallets is paid out, in the order of the currencies' codes. Three
    queries, however many wallets."""
    wallets = list(Wallet.objects.filter(user_id=user_id).order_by("currency"))
    schedules = {row.wallet_id: row for row in PayoutSchedule.objects.filter(wallet__in=wallets)}
    newest = (
        PayoutBatchItem.objects.filter(wallet__in=wallets)
        .order_by("wallet_id", "-run_on")
        .distinct("wallet_id")
    )
    runs = {row.wallet_id: row for row in newest}
    return [
        schedule_snapshot_of(wallet.currency, schedules.get(wallet.id), runs.get(wallet.id))
        for wallet in wallets
    ]
