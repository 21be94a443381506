"""Who makes a request: the bearer of an access token."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class JWTAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> None:
        return None
