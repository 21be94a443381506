from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget


class PasswordForm(AuthenticationForm):  # type: ignore[misc]
    """The admin's sign-in, under the same limits by address and by account as the API's."""

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "").strip().lower()
        password = self.cleaned_data.get("password")
        if email and password:
            user = password_owner(self.request, email=email, password=password)
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.user_cache = user
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        label="Code",
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class AgainForm(forms.Form):
    password = forms.CharField(
        max_length=256,
        strip=False,
        label="Password",
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "current-password", "autofocus": True}
        ),
    )


def password_owner(request: Any, *, email: str, password: str) -> Any:
    """Whose password this is, if anybody's; raises ValidationError after too many tries."""
    return get_adapter(request).authenticate(request, email=email, password=password)
