"""No model that knows a person was forgotten: it is exported and erased, or it is said why not."""

import re

from django.apps import apps
from django.db import models

from marketplace.core.privacy import excused_models, personal_data
from marketplace.core.privacy.page import BEGIN, END, render
from marketplace.core.retention import retention_rules
from tests.architecture.test_style import ROOT

PERSONAL_NAME = re.compile(
    r"user(_id)?$|buyer|seller_id|_by(_id)?$|actor|email|phone|(first|last|holder)_?name|recipient"
    r"|address|^to$|bio$|note|notes$|reason$|answer$|body|picture|images?$|social|document|user_agent"
    r"|^ip_|holder|masked|encrypted|session_data|object_repr|return_url|raw_|payload|description"
    r"|secret|birth|tax_id|subject$|payment_details|credential|extra_data|uid$"
)
RULE_NAME = re.compile(r"[a-z_]+\.[a-z_]+")


WRITE = "DJANGO_SETTINGS_MODULE=marketplace.config.settings.test manage.py privacy_page --write"


def names_a_person(model: type[models.Model]) -> list[str]:
    return [
        field.name
        for field in model._meta.local_fields
        if getattr(field.related_model, "__name__", "") == "User"
        or (not field.is_relation and PERSONAL_NAME.search(field.name))
    ]


def test_every_model_that_knows_a_person_is_registered_or_excused() -> None:
    accounted = {label for kind in personal_data() for label in kind.models} | set(excused_models())
    forgotten = {
        model._meta.label: names
        for model in apps.get_models(include_auto_created=True)
        if (names := names_a_person(model)) and model._meta.label not in accounted
    }
    assert not forgotten, "register it in the service's privacy.py, or excuse it with a reason"


def test_what_is_registered_or_excused_exists() -> None:
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    registered = {label for kind in personal_data() for label in kind.models}

    assert registered | set(excused_models()) <= known
    assert not registered & set(excused_models())
    assert all(len(reason) > 15 for reason in excused_models().values())


def test_every_kind_says_why_and_how_long() -> None:
    assert len(personal_data()) >= 10
    assert [kind.name for kind in personal_data() if not (kind.why and kind.kept)] == []
    named = {kind.kept for kind in personal_data() if RULE_NAME.fullmatch(kind.kept)}
    named |= {kind.retained.rule for kind in personal_data() if kind.retained}
    assert named <= set(retention_rules())


SEALED_ELSEWHERE = {
    "marketplace/core/security": "the one place that seals",
    "marketplace/users/sealed_factors.py": "allauth's table of factors, registered there",
    "marketplace/users/sign_in_flows.py": "lives for ten minutes: nothing to rotate",
    "marketplace/users/desk_access/enrolment.py": "in a session; made anew without it",
}
"""Folders or modules that call the cipher themselves, and where the rotation finds what they seal:
an `EncryptedField` is found by itself, anything else is a store that `register_sealed` names."""


def test_what_is_sealed_is_found_by_the_rotation_of_keys() -> None:
    by_hand = [
        name
        for path in (ROOT / "marketplace").rglob("*.py")
        if "/tests/" not in str(path)
        and re.search(r"\bencrypt_(field|bytes)\(", path.read_text())
        and not (name := str(path.relative_to(ROOT))).startswith(tuple(SEALED_ELSEWHERE))
    ]
    assert not by_hand, "use EncryptedField, or register_sealed and say so in SEALED_ELSEWHERE"


def test_the_page_tells_what_the_registry_knows() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text()

    drawn = page.partition(BEGIN)[2].partition(END)[0].strip()

    assert drawn == render(), WRITE
