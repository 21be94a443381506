from django.urls import include, path

from marketplace.users.api import auth_views as views
from marketplace.users.api import (
    code_views,
    factor_sign_in_views,
    factor_views,
    session_views,
    step_up_views,
)

urlpatterns = [
    path("sign-up/", views.SignUpView.as_view(), name="auth-sign-up"),
    path("verify-email/", views.VerifyEmailView.as_view(), name="auth-verify-email"),
    path(
        "resend-verification/",
        views.ResendVerificationView.as_view(),
        name="auth-resend-verification",
    ),
    path("sign-in/", views.SignInView.as_view(), name="auth-sign-in"),
    path("code/", code_views.RequestCodeView.as_view(), name="auth-code"),
    path("code/resend/", code_views.ResendCodeView.as_view(), name="auth-code-resend"),
    path("code/confirm/", code_views.ConfirmCodeView.as_view(), name="auth-code-confirm"),
    path("phone/sign-up/", code_views.PhoneSignUpView.as_view(), name="auth-phone-sign-up"),
    path(
        "phone/sign-up/confirm/",
        code_views.ConfirmPhoneSignUpView.as_view(),
        name="auth-phone-sign-up-confirm",
    ),
    path("phone/change/", code_views.ChangePhoneView.as_view(), name="auth-phone-change"),
    path(
        "phone/change/confirm/",
        code_views.ConfirmPhoneView.as_view(),
        name="auth-phone-change-confirm",
    ),
    path("email/change/", code_views.ChangeEmailView.as_view(), name="auth-email-change"),
    path(
        "email/change/confirm/",
        code_views.ConfirmEmailView.as_view(),
        name="auth-email-change-confirm",
    ),
    path("refresh/", views.RefreshView.as_view(), name="auth-refresh"),
    path("sign-out/", views.SignOutView.as_view(), name="auth-sign-out"),
    path("sessions/", session_views.SessionListView.as_view(), name="auth-sessions"),
    path(
        "sessions/end-all/", session_views.EndSessionsView.as_view(), name="auth-sessions-end-all"
    ),
    path("sessions/<uuid:session_id>/", session_views.SessionView.as_view(), name="auth-session"),
    path("social/", include("marketplace.users.api.social_urls")),
    path("me/", views.WhoAmIView.as_view(), name="auth-me"),
    path("password/change/", views.ChangePasswordView.as_view(), name="auth-password-change"),
    path("password/reset/", views.RequestPasswordResetView.as_view(), name="auth-password-reset"),
    path(
        "password/reset/confirm/",
        views.ResetPasswordView.as_view(),
        name="auth-password-reset-confirm",
    ),
    path(
        "sign-in/second-factor/",
        factor_sign_in_views.SecondFactorView.as_view(),
        name="auth-second-factor",
    ),
    path(
        "sign-in/second-factor/options/",
        factor_sign_in_views.SecondFactorOptionsView.as_view(),
        name="auth-second-factor-options",
    ),
    path(
        "sign-in/passkey/options/",
        factor_sign_in_views.PasskeySignInOptionsView.as_view(),
        name="auth-passkey-options",
    ),
    path(
        "sign-in/passkey/",
        factor_sign_in_views.PasskeySignInView.as_view(),
        name="auth-passkey-sign-in",
    ),
    path("factors/", factor_views.FactorListView.as_view(), name="auth-factors"),
    path("factors/totp/", factor_views.TotpView.as_view(), name="auth-totp"),
    path("factors/totp/confirm/", factor_views.ConfirmTotpView.as_view(), name="auth-totp-confirm"),
    path("factors/passkeys/", factor_views.PasskeyListView.as_view(), name="auth-passkeys"),
    path(
        "factors/passkeys/confirm/",
        factor_views.ConfirmPasskeyView.as_view(),
        name="auth-passkeys-confirm",
    ),
    path(
        "factors/recovery-codes/",
        factor_views.RecoveryCodesView.as_view(),
        name="auth-recovery-codes",
    ),
    path("factors/<uuid:factor_id>/", factor_views.FactorView.as_view(), name="auth-factor"),
    path("step-ups/", step_up_views.StepUpListView.as_view(), name="auth-step-ups"),
    path(
        "step-ups/<uuid:step_up_id>/confirm/",
        step_up_views.ConfirmStepUpView.as_view(),
        name="auth-step-ups-confirm",
    ),
]
