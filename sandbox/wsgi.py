"""The WSGI application that granian serves."""

import os
import threading
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"

from django.core.wsgi import get_wsgi_application

_PARENT_CHECK_SECONDS = 1.0


def _leave_with_parent(parent_id: int) -> None:
    """End this worker when the server that started it was killed: never hold the port alone."""
    while os.getppid() == parent_id:
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(0)


if os.environ.get("SANDBOX_SERVER_PID") == str(os.getppid()):
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()

application = get_wsgi_application()
