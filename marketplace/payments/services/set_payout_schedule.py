from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_id
from marketplace.payments.errors import InvalidPayoutSchedule
from marketplace.payments.models import PayoutInterval, PayoutSchedule, Wallet, Weekday
from marketplace.payments.repositories.schedules import (
    last_run_of,
    plan_next,
    schedule_snapshot_of,
)
from marketplace.payments.snapshots import PayoutScheduleSnapshot


@opens_transaction
def set_payout_schedule(
    *, actor: Actor, currency: str, interval: str, weekday: str = ""
) -> PayoutScheduleSnapshot:
    """Let the actor's wallet be paid out daily, weekly on a day, or on request only.

    The same again changes nothing. A period that was paid is never paid again, however often the
    schedule is changed on that day.

    Raises :class:`InvalidPayoutSchedule`, :class:`NotFound` (no wallet in this currency).
    """
    _check(interval, weekday)
    if actor.user_id is None:
        raise NotFound("wallet")
    # The wallet's lock guards its schedule: the run takes the same.
    wallet = (
        Wallet.objects.select_for_update(no_key=True)
        .filter(user_id=actor.user_id, currency=currency)
        .first()
    )
    if wallet is None:
        raise NotFound("wallet")
    at = clock.database_now()
    last = last_run_of(wallet.id)
    schedule = PayoutSchedule.objects.filter(wallet_id=wallet.id).first()
    if schedule is None:
        schedule = PayoutSchedule(
            id=new_id(),
            wallet=wallet,
            user_id=wallet.user_id,
            currency=wallet.currency,
            created_at=clock.now(),
        )
    elif (schedule.interval, schedule.weekday) == (interval, weekday):
        return schedule_snapshot_of(currency, schedule, last)
    schedule.interval, schedule.weekday = interval, weekday
    plan_next(schedule, at=at, after=last.run_on if last else None)
    schedule.save()
    return schedule_snapshot_of(currency, schedule, last)


def _check(interval: str, weekday: str) -> None:
    if interval not in set(PayoutInterval.values):
        raise InvalidPayoutSchedule(fields={"interval": ["Send MANUAL, DAILY or WEEKLY."]})
    is_weekly = interval == PayoutInterval.WEEKLY
    if is_weekly and weekday not in set(Weekday.values):
        raise InvalidPayoutSchedule(
            "A weekly payout needs its day.", fields={"weekday": ["Send MONDAY to SUNDAY."]}
        )
    if weekday and not is_weekly:
        raise InvalidPayoutSchedule(
            "Only a weekly payout has a day.", fields={"weekday": ["Leave this out."]}
        )
