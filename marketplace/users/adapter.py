"""How allauth behaves here: its hooks, and nothing else of it is overridden."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.headless.adapter import DefaultHeadlessAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string

from marketplace.core.sms import send_sms
from marketplace.users import codes
from marketplace.users.letters import LETTERS
from marketplace.users.models import User

PROVED_ADDRESS_STAGE = "marketplace.users.stages.ProvedAddressStage"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Letters in our words, written without looking at a request, so that commands can send."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        context = {"password_reset_url": front_end("account_reset_password"), **context}
        letter = LETTERS[template_prefix](context)
        message = EmailMultiAlternatives(
            letter.subject,
            render_to_string("users/letter.txt", {"letter": letter}),
            settings.DEFAULT_FROM_EMAIL,
            [email],
        )
        message.attach_alternative(
            render_to_string("users/letter.html", {"letter": letter}), "text/html"
        )
        message.send()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        to = email or EmailAddress.objects.get_primary_email(user)
        if to:
            self.send_mail(template_prefix, to, context or {})

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.EmailVerificationStage": PROVED_ADDRESS_STAGE}
        return [ours.get(path, path) for path in super().get_login_stages()]

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        if not user.phone_number:
            return None
        return user.phone_number, user.phone_verified_at is not None

    def get_user_by_phone(self, phone: str) -> User | None:
        """A number that nobody proved finds nobody."""
        proved = User.objects.filter(phone_number=phone, phone_verified_at__isnull=False)
        return proved.first()

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """Nothing to do: whoever is found by a number has proved it (``change_phone``)."""

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **_: Any) -> None:
        send_sms(to=phone, text=codes.text_with(code))

    def send_unknown_account_sms(self, phone: str, **_: Any) -> None:
        send_sms(to=phone, text=codes.text_without_account())

    def send_account_already_exists_sms(self, phone: str) -> None:
        send_sms(to=phone, text=codes.text_with_account())

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        # Accounts are made by the command `sign_up` alone.
        return False


class HeadlessAdapter(DefaultHeadlessAdapter):  # type: ignore[misc]
    """Links in letters lead to the front end of the settings, never to the request's host."""

    def get_frontend_url(self, urlname: str, **kwargs: Any) -> str | None:
        return front_end(urlname, **kwargs)


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Passwords for sign-in and for the admin's own form; a suspended user passes neither."""

    def user_can_authenticate(self, user: Any) -> bool:
        return user.is_active and not user.is_suspended


def front_end(urlname: str, **kwargs: str) -> str:
    """An address from ``HEADLESS_FRONTEND_URLS``. Keys are already safe in a query string."""
    template: str = settings.HEADLESS_FRONTEND_URLS[urlname]
    return template.format(**kwargs)
