from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from marketplace.core.db import opens_transaction
from marketplace.products.models import Product
from marketplace.products.repositories import catalogue


def rebuild_catalogue(*, report: Callable[[int], None] = lambda _: None) -> int:
    """Make every catalogue entry anew from the products; returns how many are public.

    Runs beside a working shop: a transaction per batch, no entry disappears in between, and a
    second run changes nothing. ``report`` is told how many products have been read.
    """
    public = done = 0
    last: UUID | None = None
    while ids := _next_ids(last):
        public += _project(ids)
        done += len(ids)
        last = ids[-1]
        report(done)
    with transaction.atomic():
        catalogue.forget_strangers()
    return public


def _next_ids(last: UUID | None) -> list[UUID]:
    products = Product.objects.order_by("id")
    if last is not None:
        products = products.filter(id__gt=last)
    return list(products.values_list("id", flat=True)[: catalogue.BATCH_SIZE])


@opens_transaction
def _project(ids: list[UUID]) -> int:
    return catalogue.project(ids)
