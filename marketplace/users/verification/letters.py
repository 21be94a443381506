"""Letters about one's verification. They name the level and the reason, never what was stated.

Whoever signed up by telephone and has no address is told by text that there is news.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail

from marketplace.users.queries import get_user
from marketplace.users.services.text_news import text_news
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.reasons import reason_text

LEVEL_NAMES = {"T1": "name and bank account", "T2": "identity", "T3": "business"}
GAINS = {
    "T1": "You can sell and withdraw more.",
    "T2": "Your listings and your profile carry the verified badge, and your limits are higher.",
    "T3": "You trade as a verified business, without limits of level.",
}


def write_received(user_id: UUID, level: str) -> None:
    _write(
        user_id,
        f"We have your {LEVEL_NAMES[level]} documents",
        "A reviewer looks at them, mostly within two working days.",
        "You can follow or withdraw it under verification in your account.",
    )


def write_approved(user_id: UUID, level: str, valid_until: datetime | None) -> None:
    holds = f"It holds until {valid_until:%Y-%m-%d}." if valid_until else "It does not run out."
    _write(user_id, f"Verified: your {LEVEL_NAMES[level]}", GAINS[level], holds)


def write_rejected(user_id: UUID, level: str, case_id: UUID) -> None:
    _write(
        user_id,
        f"We could not verify your {LEVEL_NAMES[level]}",
        *_why(case_id),
        "You can begin again at any time. What you sent is deleted after a while.",
    )


def write_more_requested(user_id: UUID, level: str, case_id: UUID) -> None:
    _write(
        user_id,
        f"We need one more thing for your {LEVEL_NAMES[level]}",
        *_why(case_id),
        "Change what is needed and hand it in again within 30 days; it keeps its place.",
    )


def write_expiring(user_id: UUID, level: str, valid_until: datetime) -> None:
    _write(
        user_id,
        f"Your verified {LEVEL_NAMES[level]} runs out on {valid_until:%Y-%m-%d}",
        "Renew it before: the present one holds until the new one is approved, so nothing changes "
        "for you meanwhile.",
    )


def write_expired(user_id: UUID, level: str, reason: str) -> None:
    _write(
        user_id,
        f"Your verification has ended: {LEVEL_NAMES[level]}",
        f"{reason_text(reason)}.",
        "Deals that run go on as they were made. New ones follow the limits of your present level.",
        "You can verify again at any time.",
    )


def _why(case_id: UUID) -> tuple[str, ...]:
    case = VerificationCase.objects.only("decision_code", "decision_text").get(id=case_id)
    reason = reason_text(case.decision_code)
    words = (f"{reason}." if reason and case.decision_code != "other" else "", case.decision_text)
    return tuple(word for word in words if word)


def _write(user_id: UUID, subject: str, *paragraphs: str) -> None:
    person = get_user(user_id=user_id)
    if person.email:
        send_mail(subject, "\n\n".join(paragraphs), settings.DEFAULT_FROM_EMAIL, [person.email])
    else:
        text_news(user_id=user_id, words=f"{subject}. Sign in and look under verification.")
