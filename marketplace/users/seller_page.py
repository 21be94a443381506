"""The page that a seller shares in a chat: what the platform knows, on one small screen."""

from datetime import timedelta
from uuid import UUID

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from marketplace.core.errors import NotFound
from marketplace.users import queries
from marketplace.users.models import VerificationLevel
from marketplace.users.snapshots import SellerPage

LEVELS = {
    VerificationLevel.T0: ("Email or phone confirmed", "No document has been checked yet."),
    VerificationLevel.T1: (
        "Bank account named",
        "The account is in the name that the seller stated. No document has been checked yet.",
    ),
    VerificationLevel.T2: ("Identity verified", "An identity document was checked."),
    VerificationLevel.T3: ("Business verified", "Identity and business papers were checked."),
}
ONLY_WORDS_AND_PICTURES = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}


@require_safe
@csp(ONLY_WORDS_AND_PICTURES)  # type: ignore[arg-type]  # it takes any view
@cache_control(public=True, max_age=300)
def show_seller(request: HttpRequest, seller_id: UUID) -> HttpResponse:
    """No script, no cookie, nothing from elsewhere. Unknown and shut accounts look the same."""
    try:
        page = queries.get_seller(seller_id=seller_id)
    except NotFound:
        return render(
            request, "users/seller_missing.html", {"platform": settings.PLATFORM_NAME}, status=404
        )
    base = settings.PUBLIC_URL.rstrip("/")
    level, level_detail = LEVELS[VerificationLevel(page.verification_level)]
    context = {
        "page": page,
        "card": page.card,
        "initial": page.card.display_name[:1].upper(),
        "level": level,
        "level_detail": level_detail,
        "time_to_ship": _in_words(page.typical_time_to_ship),
        "summary": _summary(page, level),
        "home": base,
        "url": f"{base}/sellers/{page.card.id}/",
        "picture": _absolute(base, page.picture_url),
        "platform": settings.PLATFORM_NAME,
    }
    return render(request, "users/seller.html", context)


def _summary(page: SellerPage, level: str) -> str:
    """What a chat shows below the link."""
    facts = [level]
    if page.completed_sales:
        noun = "sale" if page.completed_sales == 1 else "sales"
        facts.append(f"{page.completed_sales:,} completed {noun}")
    if page.dispute_rate is not None:
        facts.append(f"{page.dispute_rate} % disputed")
    facts.append(f"member since {page.card.member_since:%Y}")
    return " · ".join(facts)


def _in_words(time: timedelta | None) -> str:
    if time is None:
        return ""
    hours = max(1, round(time.total_seconds() / 3600))
    if hours < 36:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{round(hours / 24)} days"


def _absolute(base: str, url: str) -> str:
    return url if not url or url.startswith("https://") else f"{base}{url}"
