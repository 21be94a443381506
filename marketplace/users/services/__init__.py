"""Commands of the user service."""

from marketplace.users.factor_resets import register_factor_reset
from marketplace.users.services._address_codes import (
    address_in,
    resend_code,
    send_email_code,
    send_phone_code,
    send_sign_up_code,
)
from marketplace.users.services._factor_checks import FactorAnswer
from marketplace.users.services._step_up_purposes import Approval, describes_step_up
from marketplace.users.services.add_address import add_address
from marketplace.users.services.answer_at_the_desk import answer_at_the_desk
from marketplace.users.services.assign_staff_roles import assign_staff_roles
from marketplace.users.services.become_seller import become_seller
from marketplace.users.services.begin_passkey import begin_passkey
from marketplace.users.services.begin_totp import begin_totp
from marketplace.users.services.change_address import change_address
from marketplace.users.services.change_email import change_email
from marketplace.users.services.change_password import change_password
from marketplace.users.services.change_phone import change_phone
from marketplace.users.services.check_factor import check_factor, check_factor_alone
from marketplace.users.services.confirm_passkey import confirm_passkey
from marketplace.users.services.confirm_step_up import confirm_step_up
from marketplace.users.services.confirm_totp import confirm_totp
from marketplace.users.services.connect_provider import connect_provider
from marketplace.users.services.disconnect_provider import disconnect_provider
from marketplace.users.services.edit_staff_role import create_staff_role, edit_staff_role
from marketplace.users.services.end_session import end_session
from marketplace.users.services.end_sessions import end_sessions
from marketplace.users.services.end_sign_in import end_sign_in
from marketplace.users.services.enter_by_provider import enter_by_provider
from marketplace.users.services.erase_people import erase_people
from marketplace.users.services.erase_retained import erase_retained
from marketplace.users.services.feature_seller import feature_seller
from marketplace.users.services.follow_sale import follow_sale
from marketplace.users.services.forget_sales import forget_sales
from marketplace.users.services.note_refused_step_up import noting_refused_step_ups
from marketplace.users.services.open_export import open_export
from marketplace.users.services.record_consent import record_consent
from marketplace.users.services.refresh_sign_in import refresh_sign_in
from marketplace.users.services.register_by_phone import register_by_phone
from marketplace.users.services.register_user import register_user
from marketplace.users.services.reinstate_user import reinstate_user
from marketplace.users.services.remove_address import remove_address
from marketplace.users.services.remove_avatar import remove_avatar
from marketplace.users.services.remove_factor import remove_factor
from marketplace.users.services.rename_passkey import rename_passkey
from marketplace.users.services.renew_recovery_codes import renew_recovery_codes
from marketplace.users.services.request_erasure import request_erasure
from marketplace.users.services.request_export import request_export
from marketplace.users.services.request_password_reset import request_password_reset
from marketplace.users.services.resend_verification import resend_verification
from marketplace.users.services.reset_password import reset_password
from marketplace.users.services.reset_second_factors import reset_second_factors
from marketplace.users.services.set_avatar import set_avatar
from marketplace.users.services.sign_up import sign_up
from marketplace.users.services.start_sign_in import start_sign_in
from marketplace.users.services.start_step_up import start_step_up
from marketplace.users.services.suspend_user import suspend_user
from marketplace.users.services.take_staff_totp import take_staff_totp
from marketplace.users.services.text_news import text_news
from marketplace.users.services.update_profile import ProfileChanges, update_profile
from marketplace.users.services.update_user import UserChanges, update_user
from marketplace.users.services.use_step_up import use_step_up
from marketplace.users.services.verify_email import verify_email
from marketplace.users.services.write_exports import write_exports
from marketplace.users.snapshots import ProfileSnapshot, PublicCard, SignInTokens, UserSnapshot
from marketplace.users.verification.services.doubt_account_match import doubt_account_match
from marketplace.users.verification.services.match_account_holder import match_account_holder

__all__ = [
    "Approval",
    "FactorAnswer",
    "ProfileChanges",
    "ProfileSnapshot",
    "PublicCard",
    "SignInTokens",
    "UserChanges",
    "UserSnapshot",
    "add_address",
    "address_in",
    "answer_at_the_desk",
    "assign_staff_roles",
    "become_seller",
    "begin_passkey",
    "begin_totp",
    "change_address",
    "change_email",
    "change_password",
    "change_phone",
    "check_factor",
    "check_factor_alone",
    "confirm_passkey",
    "confirm_step_up",
    "confirm_totp",
    "connect_provider",
    "create_staff_role",
    "describes_step_up",
    "disconnect_provider",
    "doubt_account_match",
    "edit_staff_role",
    "end_session",
    "end_sessions",
    "end_sign_in",
    "enter_by_provider",
    "erase_people",
    "erase_retained",
    "feature_seller",
    "follow_sale",
    "forget_sales",
    "match_account_holder",
    "noting_refused_step_ups",
    "open_export",
    "record_consent",
    "refresh_sign_in",
    "register_by_phone",
    "register_factor_reset",
    "register_user",
    "reinstate_user",
    "remove_address",
    "remove_avatar",
    "remove_factor",
    "rename_passkey",
    "renew_recovery_codes",
    "request_erasure",
    "request_export",
    "request_password_reset",
    "resend_code",
    "resend_verification",
    "reset_password",
    "reset_second_factors",
    "send_email_code",
    "send_phone_code",
    "send_sign_up_code",
    "set_avatar",
    "sign_up",
    "start_sign_in",
    "start_step_up",
    "suspend_user",
    "take_staff_totp",
    "text_news",
    "update_profile",
    "update_user",
    "use_step_up",
    "verify_email",
    "write_exports",
]
