from django.urls import path, register_converter

from marketplace.users.api import social_views as views


class ProviderName:
    regex = "[a-z][a-z0-9-]{1,29}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ProviderName, "provider")

urlpatterns = [
    path("providers/", views.ProvidersView.as_view(), name="auth-social-providers"),
    path("accounts/", views.ConnectedListView.as_view(), name="auth-social-accounts"),
    path(
        "accounts/<provider:provider>/",
        views.ConnectedView.as_view(),
        name="auth-social-account",
    ),
    path("<provider:provider>/authorize/", views.AuthorizeView.as_view(), name="auth-social-page"),
    path(
        "<provider:provider>/callback/", views.CallbackView.as_view(), name="auth-social-callback"
    ),
    path("<provider:provider>/nonce/", views.NonceView.as_view(), name="auth-social-nonce"),
    path("<provider:provider>/token/", views.TokenView.as_view(), name="auth-social-token"),
    path("<provider:provider>/connect/", views.ConnectView.as_view(), name="auth-social-connect"),
    path(
        "<provider:provider>/connect/nonce/",
        views.ConnectNonceView.as_view(),
        name="auth-social-connect-nonce",
    ),
    path(
        "<provider:provider>/connect/callback/",
        views.ConnectCallbackView.as_view(),
        name="auth-social-connect-callback",
    ),
    path(
        "<provider:provider>/connect/token/",
        views.ConnectTokenView.as_view(),
        name="auth-social-connect-token",
    ),
]
