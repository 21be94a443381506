"""The database backend (``ENGINE = "marketplace.core.postgresql"``)."""

import select

from django.db.backends.postgresql import base

ANYTHING = select.POLLIN | select.POLLERR | select.POLLHUP


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server.

    Django's health check sends ``SELECT 1`` before the first query of every request: a fifth of a
    simple request's processor time, and a round trip. A server that shut down, crashed or cut the
    connection has left something to read (a farewell, or the end of the stream), and an idle
    healthy one has not: so silence means alive. A peer that vanished without a word is the
    business of ``tcp_user_timeout``, as it would be with a query.
    """

    def is_usable(self) -> bool:
        connection = self.connection
        if connection is None or connection.closed:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), ANYTHING)
        if not poll.poll(0):
            return True
        usable: bool = super().is_usable()
        return usable
