"""The few pages that letters lead to, for a platform without a front end of its own.

Set ``FRONTEND_URL`` and letters lead there instead.
"""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.core.errors import DomainError
from marketplace.users import services


class ConfirmForm(forms.Form):
    key = forms.CharField(max_length=200, widget=forms.HiddenInput)


class NewPasswordForm(ConfirmForm):
    password = forms.CharField(
        max_length=256,
        strip=False,
        label="New password",
        help_text="At least 15 characters. A few words of your own are best.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verify_email(request: HttpRequest) -> HttpResponse:
    """Confirms on a button's press: programs that open links in letters confirm nothing."""
    form = ConfirmForm(request.POST or {"key": request.GET.get("key", "")})
    context = {"title": "Confirm your email address", "button": "Confirm", "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            services.verify_email(key=form.cleaned_data["key"])
        except DomainError as refusal:
            return _result(request, context, refusal.title, is_done=False)
        return _result(request, context, "Your address is confirmed. You can sign in now.")
    return render(request, "users/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reset_password(request: HttpRequest) -> HttpResponse:
    form = NewPasswordForm(
        request.POST if request.method == "POST" else None,
        initial={"key": request.GET.get("key", "")},
    )
    context = {"title": "Choose a new password", "button": "Save", "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            services.reset_password(**form.cleaned_data)
        except DomainError as refusal:
            for text in refusal.fields.get("password", [refusal.title]):
                form.add_error("password", text)
        else:
            return _result(request, context, "Saved. Every device is signed out; sign in again.")
    return render(request, "users/page.html", context)


@require_safe
@never_cache
def security(request: HttpRequest) -> HttpResponse:
    """Where somebody without a front end adds a passkey or an authenticator app. The page itself
    knows nobody: it signs in over the API, and its token goes with it."""
    host = request.get_host()
    if host.startswith("127.0.0.1") and settings.WEBAUTHN_RP_ID == "localhost":
        # Passkeys belong to a name, never to an address in numbers.
        return redirect(f"{request.scheme}://{host.replace('127.0.0.1', 'localhost', 1)}/security")
    return render(request, "users/security.html")


def _result(
    request: HttpRequest, context: dict[str, object], text: str, *, is_done: bool = True
) -> HttpResponse:
    status = 200 if is_done else 422
    return render(request, "users/page.html", {**context, "result": text}, status=status)
