"""What we rely on in allauth's second factors beyond its public face; an upgrade reads this."""

import inspect

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.internal.constants import LoginStageKey
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login


def parameters(function: object) -> list[str]:
    assert callable(function)
    return list(inspect.signature(function).parameters)


def test_the_functions_we_call_take_what_we_give() -> None:
    assert parameters(totp.hotp_value) == ["secret", "counter"]
    assert parameters(totp.format_hotp_value) == ["value"]
    assert parameters(totp.generate_totp_secret) == ["length"]
    assert parameters(webauthn.build_user_payload) == ["user"]
    assert parameters(webauthn.get_credentials) == ["user"]
    assert parameters(webauthn.extract_user_from_response) == ["response"]
    assert parameters(perform_passwordless_login) == ["request", "authenticator", "login"]
    assert parameters(record_authentication)[:3] == ["request", "user", "method"]
    assert {"validate_code", "get_unused_codes", "generate_codes"} <= set(dir(RecoveryCodes))


def test_the_code_of_rfc_6238_comes_out() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.format_hotp_value(totp.hotp_value(secret, 59 // 30)) == "287082"
    assert totp.format_hotp_value(totp.hotp_value(secret, 1111111109 // 30)) == "081804"


def test_the_stage_and_the_kinds_are_called_what_we_call_them() -> None:
    assert AuthenticateStage.key == LoginStageKey.MFA_AUTHENTICATE.value == "mfa_authenticate"
    assert {kind.value for kind in Authenticator.Type} == {"recovery_codes", "totp", "webauthn"}


def test_one_app_and_one_set_of_codes_for_each_person() -> None:
    (constraint,) = Authenticator._meta.constraints
    assert constraint.fields == ("user", "type")
