"""The only place that knows HTTP: problem details, paging, idempotent requests, fields."""

from marketplace.core.api.actors import actor_of
from marketplace.core.api.idempotency import idempotent, key_of
from marketplace.core.api.money import money_field, money_members
from marketplace.core.api.refusals import honours_if_match, refuses
from marketplace.core.api.step_up import honours_step_up, step_up_of

__all__ = [
    "actor_of",
    "honours_if_match",
    "honours_step_up",
    "idempotent",
    "key_of",
    "money_field",
    "money_members",
    "refuses",
    "step_up_of",
]
