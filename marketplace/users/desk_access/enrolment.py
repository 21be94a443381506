"""An authenticator app between being shown and being proved; its secret is sealed meanwhile."""

import base64
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.sessions.backends.base import SessionBase

from marketplace.core.security import Undecipherable, decrypt_field, encrypt_field
from marketplace.users.mfa_adapter import MFAAdapter
from marketplace.users.models import User

KEPT = "desk_totp"
MODEL, FIELD = "users.DeskEnrolment", "secret"


@dataclass(frozen=True, slots=True)
class Offer:
    secret: str
    qr: str
    """A data address of the drawing: nothing is fetched for it."""

    @property
    def spelled(self) -> str:
        """As one types it, in fours."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


def offer(session: SessionBase, user: User) -> Offer:
    """The secret on offer to this session; reloading the page does not make another one."""
    secret = offered_secret(session, user.pk) or generate_totp_secret()
    sealed = encrypt_field(secret, model=MODEL, row_id=user.pk, field=FIELD)
    session[KEPT] = base64.b64encode(sealed).decode()
    adapter: Any = MFAAdapter()
    drawing = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return Offer(secret, "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode())


def offered_secret(session: SessionBase, user_id: UUID) -> str | None:
    kept = session.get(KEPT)
    if kept is None:
        return None
    try:
        return decrypt_field(base64.b64decode(kept), model=MODEL, row_id=user_id, field=FIELD)
    except Undecipherable:
        return None


def forget(session: SessionBase) -> None:
    session.pop(KEPT, None)
