from uuid import UUID

import structlog
from django.conf import settings

from marketplace.core.sms import TextsUsedUp, send_sms, sends_texts
from marketplace.users.queries.users import get_user

log = structlog.get_logger(__name__)


def text_news(*, user_id: UUID, words: str) -> None:
    """Tell somebody by text that there is news, where they proved a number and have no address.

    For handlers of events: all texts pass one row, so that it is not locked while money moves.
    What the news is in full, the account says; whoever has an address gets a letter instead.
    """
    person = get_user(user_id=user_id)
    if person.email or not person.is_phone_verified or not sends_texts():
        return
    try:
        send_sms(to=person.phone_number, text=f"{settings.PLATFORM_NAME}: {words}")
    except TextsUsedUp:
        # Codes go first, and by tomorrow this is no news: the account says it all along.
        log.warning("news_not_texted")
