import pytest

from marketplace.core import clock
from marketplace.core.audit import subject_id_of
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.models import AuditEntry
from marketplace.payments.errors import ReasonMissing
from marketplace.payments.models import ProviderWebhook
from marketplace.payments.services import reprocess_webhook
from marketplace.users.tests.factories import actor, make_buyer, make_staff

pytestmark = pytest.mark.django_db
WHY = "The provider is back."


@pytest.fixture
def given_up() -> ProviderWebhook:
    return ProviderWebhook.objects.create(
        provider="sandbox",
        provider_event_id="evt_1",
        type="payment.succeeded",
        raw_body=b"{}",
        state="FAILED",
        attempts=8,
        received_at=clock.now(),
    )


def stored() -> tuple[str, int]:
    row = ProviderWebhook.objects.get()
    return row.state, row.attempts


def test_it_waits_for_the_job_again_and_the_log_says_why(given_up: ProviderWebhook) -> None:
    finance = make_staff("FINANCE")

    assert reprocess_webhook(webhook_id=given_up.pk, actor=actor(finance), reason=WHY)

    assert stored() == ("RECEIVED", 0)
    entry = AuditEntry.objects.get(subject_id=subject_id_of(given_up.pk))
    assert (entry.actor_id, entry.action) == (finance.pk, "payments.reprocess_webhook")
    assert (entry.reason, entry.before) == (WHY, {"state": "FAILED", "attempts": 8})


def test_the_same_again_does_nothing(given_up: ProviderWebhook) -> None:
    finance = actor(make_staff("FINANCE"))
    reprocess_webhook(webhook_id=given_up.pk, actor=finance, reason=WHY)

    assert not reprocess_webhook(webhook_id=given_up.pk, actor=finance, reason=WHY)

    assert AuditEntry.objects.count() == 1


def test_refusals_change_nothing(given_up: ProviderWebhook) -> None:
    finance = actor(make_staff("FINANCE"))
    for who, number, why, refusal in (
        (actor(make_buyer()), given_up.pk, WHY, Forbidden),
        (actor(make_staff("SUPPORT")), given_up.pk, WHY, Forbidden),
        (finance, given_up.pk, " ", ReasonMissing),
        (finance, given_up.pk + 1, WHY, NotFound),
    ):
        with pytest.raises(refusal):
            reprocess_webhook(webhook_id=number, actor=who, reason=why)
    assert stored() == ("FAILED", 8)
    assert not AuditEntry.objects.exists()
