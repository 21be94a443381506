"""How many text messages may leave in a day, whoever asks for them (``SMS_PER_DAY``; ADR 0092).

Limits by address and by number stop one stranger. Somebody with many of both (a botnet, a rented
range of numbers that earns by each text) is stopped by the day's sum alone.
"""

from datetime import UTC, datetime, time, timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import connection

from marketplace.core import clock
from marketplace.core.sms import TextsUsedUp

# One statement: parallel messages wait for each other's commit, and the last one is the last. What
# rolls back was not sent and is not counted. Nothing is locked after this row.
COUNT = """
    INSERT INTO notifications_sms_day AS d (day, queued)
    SELECT %(day)s::date, 1 WHERE %(most)s::int >= 1
    ON CONFLICT (day) DO UPDATE SET queued = d.queued + 1 WHERE d.queued < %(most)s::int
    RETURNING queued
"""
WARN_PERCENT = 80

log = structlog.get_logger(__name__)


def count_message() -> None:
    """Take one message from today's; raises TextsUsedUp when there is none left."""
    at, most = clock.database_now(), settings.SMS_PER_DAY
    day = at.astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"day": day, "most": most})
        row = cursor.fetchone()
    if row is None:
        log.error("sms_budget_used_up", most=most)
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
        wait_seconds = int((midnight - at).total_seconds()) + 1
        raise TextsUsedUp(
            "Use your email address, or come back tomorrow.",
            retry_after_seconds=wait_seconds,
        )
    _warn(row[0], most)


def _warn(queued: int, most: int) -> None:
    # Exactly one message of a day has each of these numbers, so each letter is written once.
    if queued not in {-(-most * WARN_PERCENT // 100), most}:
        return
    log.error("sms_budget_runs_out", queued=queued, most=most)
    if settings.OPERATIONS_EMAIL:
        text = (
            f"{queued} of today's {most} text messages are sent (SMS_PER_DAY). With the last one, "
            "codes by text stop until midnight UTC. If people are not simply busy, somebody is "
            "asking for codes to numbers that are not theirs: look at the requests for codes."
        )
        subject = f"{queued} of {most} text messages are sent today"
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [settings.OPERATIONS_EMAIL])
