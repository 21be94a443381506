"""Take the behaviour that applies to a thing, counting it down exactly."""

from dataclasses import dataclass

from django.db import connection

from sandbox.behaviour.faults import API_ACTIONS

OUTCOMES: dict[str, frozenset[str]] = {
    "payments": frozenset({"success", "decline", "delay"}),
    "refunds": frozenset({"success", "fail", "delay"}),
    "payouts": frozenset({"success", "fail", "return", "delay"}),
    "webhooks": frozenset(
        {"success", "duplicate", "late", "reordered", "contradictory", "lost", "forged"}
    ),
}
ACTIONS: dict[str, frozenset[str]] = {
    kind: outcomes if kind == "webhooks" else outcomes | API_ACTIONS
    for kind, outcomes in OUTCOMES.items()
}
_FIND = """
    SELECT id, action, delay_seconds, copies, code, remaining FROM behaviour_behaviour
     WHERE kind = %s AND action = ANY(%s) AND (remaining IS NULL OR remaining > 0)
       AND starts_with(%s, reference_prefix)
     ORDER BY length(reference_prefix) DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class OrderedBehaviour:
    """What to do this time; `action` is "success" when nobody ordered anything."""

    action: str = "success"
    delay_seconds: float | None = None
    copies: int = 2
    code: str = ""

    def delay(self, default_seconds: float) -> float:
        """The delay that was ordered, or the default."""
        return default_seconds if self.delay_seconds is None else self.delay_seconds


def take_behaviour(kind: str, reference: str, actions: frozenset[str]) -> OrderedBehaviour:
    """The behaviour for this reference among these actions; uses up one of a counted order.

    Needs a transaction: a command that is refused afterwards gives its turn back.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_FIND, [kind, list(actions), reference])
            row = cursor.fetchone()
            if row is None:
                return OrderedBehaviour()
            ordered = OrderedBehaviour(row[1], row[2], row[3], row[4])
            if row[5] is None:
                return ordered
            # Counted under the row's lock: "the next one" is one, however many come at once.
            cursor.execute(
                "UPDATE behaviour_behaviour SET remaining = remaining - 1 "
                "WHERE id = %s AND remaining > 0",
                [row[0]],
            )
            if cursor.rowcount == 1:
                return ordered
