"""The API as a WSGI application (granian serves it)."""

import os

from django.core.wsgi import get_wsgi_application

from marketplace.core.memory import leave_to_the_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")

application = get_wsgi_application()
leave_to_the_process()
