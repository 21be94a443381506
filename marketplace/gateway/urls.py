"""What the platform shows a person: the landing page and the API's documentation."""

from django.urls import path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from marketplace.gateway import pages

urlpatterns = [
    path("", pages.landing, name="landing"),
    # Browsers ask for it where a page names no icon: an answer of the API, say.
    path("favicon.ico", RedirectView.as_view(url="/static/gateway/mark.svg"), name="favicon"),
    path("docs/problems/", pages.problem_catalogue, name="problems"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", pages.swagger, name="swagger"),
    path("api/v1/redoc/", pages.redoc, name="redoc"),
]
