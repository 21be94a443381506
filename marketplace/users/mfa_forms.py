"""allauth's forms that ask for a code, judging it as every other door here does: once."""

from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction

from marketplace.users.errors import TooManyAttempts
from marketplace.users.models import Factor
from marketplace.users.repositories.factors import factors_of
from marketplace.users.services._factor_checks import FactorAnswer, is_right

TYPES = {
    Factor.TOTP: Authenticator.Type.TOTP,
    Factor.RECOVERY_CODE: Authenticator.Type.RECOVERY_CODES,
}


class CodeOnce:
    """In place of allauth's ``clean_code``, whose used codes are kept in the cache."""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]
        user = self.user  # type: ignore[attr-defined]
        factor = Factor.TOTP if len(code.strip()) <= 6 else Factor.RECOVERY_CODE
        try:
            with transaction.atomic():
                right = is_right(user.pk, FactorAnswer(factor, code), challenge=None)
        except TooManyAttempts as refusal:
            raise ValidationError(refusal.title, code=refusal.code) from refusal
        if not right:
            raise ValidationError("Incorrect code.", code="incorrect_code")
        self.authenticator = next(row for row in factors_of(user.pk) if row.type == TYPES[factor])
        return code


class AuthenticateForm(CodeOnce, forms.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(CodeOnce, forms.ReauthenticateForm):  # type: ignore[misc]
    pass
