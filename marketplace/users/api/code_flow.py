"""Signing in with a one-time code: allauth's, over requests of JSON (ADR 0069)."""

from functools import cached_property

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.userkit import user_id_to_str
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core.internal.cryptokit import compare_user_code
from rest_framework.request import Request

from marketplace.users import services
from marketplace.users.adapter import AccountAdapter
from marketplace.users.api.sign_in_flow import Ticket, headless, limit
from marketplace.users.errors import AccountSuspended, CodeRefused, FlowRefused
from marketplace.users.models import User
from marketplace.users.snapshots import SignInTokens


def request_code(api_request: Request, *, email: str = "", phone_number: str = "") -> Ticket:
    """Send a code to an address or a number, and open the flow that it belongs to.

    Of an unknown one the answer is the same, and no code fits; its reader is told so.

    Errors: TooManyAttempts.
    """
    limit(api_request, "request_code", key=email or phone_number)
    user = _reached_at(email=email, phone=phone_number)
    with headless(api_request) as flow:
        LoginCodeVerificationProcess.initiate(
            request=flow.request, user=user, email=email or None, phone=phone_number or None
        )
        return flow.keep()


class _SentAgain(LoginCodeVerificationProcess):  # type: ignore[misc]
    """allauth's, with the code that was sent before: it does not matter which message comes.

    An address or number that is its owner's no longer is answered as an unknown one.
    """

    @cached_property
    def user(self) -> User | None:
        return _still_reached(self)

    def generate_code(self) -> str:
        return str(self.code)


def resend_code(api_request: Request, *, flow_token: str) -> Ticket:
    """Send the code of any flow once more, to where it was sent; nothing else changes.

    It counts as one more code to that address, and as no try. Of an unknown address the answer is
    the same, and what its reader is told.

    Errors: FlowRefused, TooManyAttempts, TextsOff, TextsUsedUp.
    """
    with headless(api_request, flow_token, is_attempt=False) as flow:
        if "purpose" in flow.session:
            state = flow.session.state()
            limit(api_request, "request_code", key=services.address_in(state))
            services.resend_code(state=state)
            return flow.keep()
        stage = LoginStageController.enter(flow.request, LoginByCodeStage.key)
        process = _SentAgain(stage=stage).abort_if_invalid() if stage else None
        if process is None:
            raise FlowRefused
        limit(api_request, "request_code", key=_sent_to(process))
        process.send()
        return flow.keep()


def confirm_code(api_request: Request, *, flow_token: str, code: str) -> SignInTokens:
    """The tokens of whoever the code was sent to.

    Errors: FlowRefused, CodeRefused, TooManyAttempts, AccountSuspended (only after the right code),
    SecondFactorRequired.
    """
    with headless(api_request, flow_token) as flow:
        stage = LoginStageController.enter(flow.request, LoginByCodeStage.key)
        process = LoginCodeVerificationProcess.resume(stage) if stage else None
        if process is None:
            raise FlowRefused
        limit(api_request, "confirm_code", key=_sent_to(process))
        is_right = compare_user_code(actual=code, expected=process.code)
        user = _still_reached(process) if is_right else None
        if user is None:
            process.record_invalid_attempt()
            raise CodeRefused
        if user.is_suspended or not user.is_active:
            raise AccountSuspended
        process.finish(None)
        return flow.finish()


def sign_up_by_phone(api_request: Request, *, flow_token: str, code: str) -> SignInTokens:
    """Make the account that the code was sent for, and its first tokens.

    Errors: FlowRefused, CodeRefused, TooManyAttempts, PhoneTaken, PhoneProvedTooOften.
    """
    limit(api_request, "confirm_code", key=flow_token)
    user = User.objects.get(pk=services.register_by_phone(flow_token=flow_token, code=code))
    with headless(api_request) as flow:
        record_authentication(flow.request, user, method="code", phone=user.phone_number)
        perform_login(flow.request, Login(user=user, phone=user.phone_number))
        return flow.finish()


def _sent_to(process: LoginCodeVerificationProcess) -> str:
    return str(process.state.get("email") or process.state["phone"])


def _still_reached(process: LoginCodeVerificationProcess) -> User | None:
    """Whom the code was sent to, unless the address or number was changed, or taken away as lost,
    since: then whoever reads there now is somebody else."""
    state = process.state
    user = _reached_at(email=state.get("email", ""), phone=state.get("phone", ""))
    return user if user is not None and state.get("user_id") == user_id_to_str(user) else None


def _reached_at(*, email: str, phone: str) -> User | None:
    return _by_email(email) if email else AccountAdapter().get_user_by_phone(phone)


def _by_email(email: str) -> User | None:
    """Whoever has verified the address. Until then the account is not its reader's: somebody else
    may have made it, and would keep its password."""
    address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return address.user if address else None
