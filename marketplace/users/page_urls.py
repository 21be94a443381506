from django.urls import path
from django.views.generic import RedirectView

from marketplace.users import pages
from marketplace.users.seller_page import show_seller

to_the_api = RedirectView.as_view(pattern_name="swagger")
"""Without a front end, signing up and asking for a letter are calls of the API."""

urlpatterns = [
    path("sellers/<uuid:seller_id>/", show_seller, name="page-seller"),
    path("verify-email", pages.verify_email, name="page-verify-email"),
    path("reset-password", pages.reset_password, name="page-reset-password"),
    path("security", pages.security, name="page-security"),
    path("forgotten-password", to_the_api, name="page-forgotten-password"),
    path("sign-up", to_the_api, name="page-sign-up"),
]
