from django.urls import path

from marketplace.users.api import social_views as views

urlpatterns = [
    path("providers/", views.ProvidersView.as_view(), name="auth-social-providers"),
    path("accounts/", views.ConnectedListView.as_view(), name="auth-social-accounts"),
    path(
        "accounts/<slug:provider>/",
        views.ConnectedView.as_view(),
        name="auth-social-account",
    ),
    path("<slug:provider>/authorize/", views.AuthorizeView.as_view(), name="auth-social-page"),
    path("<slug:provider>/callback/", views.CallbackView.as_view(), name="auth-social-callback"),
    path("<slug:provider>/nonce/", views.NonceView.as_view(), name="auth-social-nonce"),
    path("<slug:provider>/token/", views.TokenView.as_view(), name="auth-social-token"),
    path("<slug:provider>/connect/", views.ConnectView.as_view(), name="auth-social-connect"),
    path(
        "<slug:provider>/connect/nonce/",
        views.ConnectNonceView.as_view(),
        name="auth-social-connect-nonce",
    ),
    path(
        "<slug:provider>/connect/callback/",
        views.ConnectCallbackView.as_view(),
        name="auth-social-connect-callback",
    ),
    path(
        "<slug:provider>/connect/token/",
        views.ConnectTokenView.as_view(),
        name="auth-social-connect-token",
    ),
]
