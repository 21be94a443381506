"""Rules over every model: they keep the tables ready for services that part and data that grows."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from marketplace.core.db import APPEND_ONLY_TABLES

PREFIX = "marketplace."
LAYERS = {
    "core": 0,
    "users": 1,
    "products": 2,
    "payments": 2,
    "logistics": 2,
    "orders": 3,
    "messaging": 4,
    "notifications": 4,
    "gateway": 5,
}

# Never changed, and a handful of rows: nothing to partition.
FEW_ROWS = {"payments_ledger_account", "payments_ledger_account_kind"}


def service_of(model: type[models.Model]) -> str | None:
    module = model.__module__
    return module.removeprefix(PREFIX).split(".")[0] if module.startswith(PREFIX) else None


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if service_of(model)]


def foreign_keys() -> Iterator[tuple[type[models.Model], str, type[models.Model]]]:
    for model in our_models():
        for field in model._meta.get_fields():
            # Without a constraint it is a plain id to the database, read as an object in Python.
            if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True):
                target = field.related_model
                assert isinstance(target, type)
                yield model, field.name, target


def test_foreign_keys_point_downward_only() -> None:
    upward = [
        f"{model._meta.label}.{name} -> {target._meta.label}"
        for model, name, target in foreign_keys()
        if (service := service_of(model)) and (other := service_of(target))
        if service != other and LAYERS[service] <= LAYERS[other]
    ]
    assert not upward


def test_nothing_points_at_a_table_that_only_grows() -> None:
    """So that it can be partitioned by month and distributed later."""
    assert APPEND_ONLY_TABLES
    pointing = [
        f"{model._meta.label}.{name} -> {target._meta.db_table}"
        for model, name, target in foreign_keys()
        if target._meta.db_table in APPEND_ONLY_TABLES - FEW_ROWS
    ]
    assert not pointing


def test_money_is_never_a_float_or_a_decimal() -> None:
    inexact = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        if service_of(model) != "core"  # keeps intervals in seconds, no money
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
        or (isinstance(field, models.DecimalField) and "rating" not in field.name)
    ]
    assert not inexact


def test_every_amount_has_its_currency_beside_it() -> None:
    """Or beside its account, in the ledger: there an account has one currency for ever."""
    alone = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.name.endswith("_minor")
        and not model.__name__.startswith("Ledger")
        and not any("currency" in other.name for other in model._meta.get_fields())
    ]
    assert not alone


def test_the_name_of_a_time_says_that_it_is_one() -> None:
    odd = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.DateTimeField)
        and not field.name.endswith(("_at", "_until", "_before"))
        and field.name not in {"last_login", "date_joined"}
    ]
    assert not odd
