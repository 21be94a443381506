"""The only place that knows HTTP: problem details, paging, idempotent requests, fields."""

from marketplace.core.api.actors import actor_of
from marketplace.core.api.idempotency import idempotent
from marketplace.core.api.money import money_field, money_members

__all__ = ["actor_of", "idempotent", "money_field", "money_members"]
