from django.urls import re_path

from marketplace.core.api import health

urlpatterns = [
    re_path(r"^live/?$", health.live, name="live"),
    re_path(r"^ready/?$", health.ready, name="ready"),
]
