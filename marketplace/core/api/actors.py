from rest_framework.request import Request

from marketplace.core.actor import Actor, Role
from marketplace.core.api.problems import NotSignedIn


def actor_of(request: Request) -> Actor:
    """Who makes this request; the view's permission classes have seen to it that somebody does."""
    user = request.user
    if not user.is_authenticated:
        raise NotSignedIn
    return Actor.user(
        user.pk, *(Role(role) for role in user.roles), permissions=user.held_permissions
    )
