"""What follows from what happened to an account."""

from marketplace.core.events import handles
from marketplace.users.events import ErasureRequested
from marketplace.users.services.text_news import text_news


@handles(ErasureRequested, consumer="users.text_erasure_requested")
def on_erasure_requested(event: ErasureRequested) -> None:
    """An operator may have asked, for somebody who says they are this person."""
    last_day = f"{event.due_at:%Y-%m-%d}"
    text_news(
        user_id=event.user_id,
        words=f"Your account will be erased on {last_day}. To keep it, sign in before that day.",
    )
