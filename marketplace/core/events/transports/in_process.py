"""The embedded default: the relay calls the handlers itself, in threads of its own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from django.db import connection

from marketplace.core.events.delivery import Envelope, deliver_stream, streams_of

DEFAULT_THREADS = 4
"""More than the processor has, for handlers wait for the database most of their time."""


class InProcessTransport:
    """Handlers run beside the relay, on connections of their own.

    The relay's transaction only holds the batch. Events of one key run one after the other, and
    the rest of a key waits when one of its events fails.
    """

    def __init__(self, threads: int = DEFAULT_THREADS) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="deliver")

    def publish(self, envelopes: Sequence[Envelope]) -> dict[UUID, Exception]:
        failures: dict[UUID, Exception] = {}
        for outcome in self._pool.map(deliver_stream, streams_of(envelopes)):
            failures.update(outcome)
        return failures

    def close(self) -> None:
        # Every thread owns a database connection, which only that thread may close; the barrier
        # makes sure that each of them gets exactly one of these calls.
        barrier = Barrier(self._threads)

        def close_connection() -> None:
            barrier.wait()
            connection.close()

        for _ in range(self._threads):
            self._pool.submit(close_connection)
        self._pool.shutdown(wait=True)
