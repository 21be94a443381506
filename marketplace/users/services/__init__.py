"""Commands of the user service."""

from marketplace.users.services.become_seller import become_seller
from marketplace.users.services.change_password import change_password
from marketplace.users.services.connect_provider import connect_provider
from marketplace.users.services.disconnect_provider import disconnect_provider
from marketplace.users.services.end_session import end_session
from marketplace.users.services.end_sessions import end_sessions
from marketplace.users.services.end_sign_in import end_sign_in
from marketplace.users.services.enter_by_provider import enter_by_provider
from marketplace.users.services.erase_people import erase_people
from marketplace.users.services.erase_retained import erase_retained
from marketplace.users.services.refresh_sign_in import refresh_sign_in
from marketplace.users.services.register_user import register_user
from marketplace.users.services.reinstate_user import reinstate_user
from marketplace.users.services.request_erasure import request_erasure
from marketplace.users.services.request_password_reset import request_password_reset
from marketplace.users.services.resend_verification import resend_verification
from marketplace.users.services.reset_password import reset_password
from marketplace.users.services.sign_up import sign_up
from marketplace.users.services.start_sign_in import start_sign_in
from marketplace.users.services.suspend_user import suspend_user
from marketplace.users.services.update_profile import ProfileChanges, update_profile
from marketplace.users.services.update_user import UserChanges, update_user
from marketplace.users.services.use_step_up import use_step_up
from marketplace.users.services.verify_email import verify_email
from marketplace.users.snapshots import ProfileSnapshot, PublicCard, SignInTokens, UserSnapshot

__all__ = [
    "ProfileChanges",
    "ProfileSnapshot",
    "PublicCard",
    "SignInTokens",
    "UserChanges",
    "UserSnapshot",
    "become_seller",
    "change_password",
    "connect_provider",
    "disconnect_provider",
    "end_session",
    "end_sessions",
    "end_sign_in",
    "enter_by_provider",
    "erase_people",
    "erase_retained",
    "refresh_sign_in",
    "register_user",
    "reinstate_user",
    "request_erasure",
    "request_password_reset",
    "resend_verification",
    "reset_password",
    "sign_up",
    "start_sign_in",
    "suspend_user",
    "update_profile",
    "update_user",
    "use_step_up",
    "verify_email",
]
