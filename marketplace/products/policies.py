"""Who may sell, and what is looked at before it is sold."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings

from marketplace.core.actor import Actor, Role
from marketplace.products.errors import NotASeller


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """The first ``first_listings`` listings of a seller who is not VERIFIED are reviewed by an
    operator before they are public. 0 reviews nothing. Set by ``REVIEW_FIRST_LISTINGS``."""

    first_listings: int

    @classmethod
    def current(cls) -> Self:
        return cls(first_listings=int(getattr(settings, "REVIEW_FIRST_LISTINGS", 0)))

    def needs_review(self, *, verification_status: str, published_before: int) -> bool:
        """``published_before``: how many of the seller's listings have ever been public."""
        return verification_status != "VERIFIED" and published_before < self.first_listings


def require_seller(actor: Actor) -> UUID:
    """The actor's id, when they may offer products; raises ``NotASeller``."""
    if actor.user_id is None or not actor.has(Role.SELLER):
        raise NotASeller
    return actor.user_id


def may_see_any(actor: Actor) -> bool:
    """Whether the actor reads products of others in any status: staff who look at them."""
    return actor.may("products.view_product")
