"""The WSGI application that granian serves."""

import os
import select
import threading
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import connection

_PARENT_CHECK_SECONDS = 1.0


def _leave_with_parent(parent_id: int) -> None:
    """End this worker when the server that started it was killed: never hold the port alone."""
    while os.getppid() == parent_id:
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(0)


def _drop_dead_connection(**_: object) -> None:
    """Notice that the database hung up, without asking it: an idle connection has nothing to say.

    Django's own check costs every request a round trip.
    """
    if connection.connection is None or connection.connection.closed:
        return
    waiting = select.poll()
    waiting.register(connection.connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        connection.close()


request_started.connect(_drop_dead_connection)

if os.environ.get("SANDBOX_SERVER_PID") == str(os.getppid()):
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()

application = get_wsgi_application()
