from rest_framework.request import Request

from marketplace.core.actor import Actor, Role


def actor_of(request: Request) -> Actor:
    """Who makes this request; the view's permission classes have seen to it that somebody does."""
    return Actor.user(request.user.pk, *(Role(role) for role in request.user.roles))
