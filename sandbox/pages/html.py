"""Pages without scripts, whose only style is the one whose hash the policy names."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.template.loader import get_template
from django.utils.safestring import mark_safe


@lru_cache(maxsize=1)
def _style() -> tuple[str, str]:
    text = (Path(__file__).parent / "templates" / "style.css").read_text()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return mark_safe(text), digest  # noqa: S308 - our own file


def page(
    template: str, context: dict[str, Any], *, status: int = 200, form_target: str = ""
) -> HttpResponse:
    """Render a page. `form_target` is an address that the page's form may be redirected to.

    Browsers apply form-action to the redirect after a form too, so the shop's origin is named.
    """
    style, digest = _style()
    response = HttpResponse(
        get_template(template).render({**context, "style": style}), status=status
    )
    action = "'self'"
    if form_target:
        parts = urlsplit(form_target)
        action += f" {parts.scheme}://{parts.netloc}"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action {action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    return response
