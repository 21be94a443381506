"""What the platform shows a person: the landing page and the API's documentation."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from marketplace.gateway import pages

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("docs/problems/", pages.problem_catalogue, name="problems"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", pages.swagger, name="swagger"),
    path("api/v1/redoc/", pages.redoc, name="redoc"),
]
