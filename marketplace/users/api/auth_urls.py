from django.urls import include, path

from marketplace.users.api import auth_views as views
from marketplace.users.api import session_views

urlpatterns = [
    path("sign-up/", views.SignUpView.as_view(), name="auth-sign-up"),
    path("verify-email/", views.VerifyEmailView.as_view(), name="auth-verify-email"),
    path(
        "resend-verification/",
        views.ResendVerificationView.as_view(),
        name="auth-resend-verification",
    ),
    path("sign-in/", views.SignInView.as_view(), name="auth-sign-in"),
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
]
