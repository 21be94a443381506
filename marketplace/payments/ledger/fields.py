"""PostgreSQL types that Django has no field for."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import Func

if TYPE_CHECKING:
    _IntegerLike = models.Field[int | None, int]
else:
    _IntegerLike = models.Field


class TransactionIdField(_IntegerLike):
    """``xid8``: the 64-bit id of the transaction that wrote the row. It never wraps around."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(
        self,
        value: Any,
        expression: Any,
        connection: Any,
    ) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Sent as text: PostgreSQL has no cast from bigint to xid8."""
        return None if value is None else str(value)


class CurrentTransactionId(Func):
    """``pg_current_xact_id()``, for column defaults."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class ClockTimestamp(Func):
    """``clock_timestamp()``: the moment of writing, not the start of the transaction."""

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()
