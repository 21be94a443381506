"""What is kept of a sign-in between its requests."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from marketplace.core.security import Undecipherable
from marketplace.users import sign_in_flows, tasks
from marketplace.users.errors import FlowRefused
from marketplace.users.models import MAX_FLOW_ATTEMPTS, SignIn, SignInFlow
from marketplace.users.services import start_sign_in
from marketplace.users.tests.factories import make_user

STATE = {"account_login": {"user_pk": "7", "state": {"code": "BDFGHJ"}}}
PARALLEL = 20


@pytest.mark.django_db
def test_a_flow_is_found_by_its_token_and_keeps_what_it_was_given() -> None:
    flow = sign_in_flows.open_flow(STATE)

    resumed = sign_in_flows.resume_flow(flow.token)

    assert resumed.state == STATE
    assert 590 < resumed.expires_in_seconds <= 600


@pytest.mark.django_db
def test_the_row_shows_neither_the_token_nor_the_code() -> None:
    flow = sign_in_flows.open_flow(STATE)

    row = SignInFlow.objects.get()
    assert flow.token.encode() not in bytes(row.token_hash) + bytes(row.state)
    assert b"BDFGHJ" not in bytes(row.state)


@pytest.mark.django_db
def test_the_state_of_one_flow_does_not_open_in_another() -> None:
    sign_in_flows.open_flow(STATE)
    other = sign_in_flows.open_flow({})
    SignInFlow.objects.filter(pk=other.id).update(
        state=SignInFlow.objects.exclude(pk=other.id).get().state
    )

    with pytest.raises(Undecipherable):
        sign_in_flows.resume_flow(other.token)


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "Ünicode", "a" * 5000])
def test_an_unknown_token_is_refused(token: str) -> None:
    sign_in_flows.open_flow(STATE)

    with pytest.raises(FlowRefused):
        sign_in_flows.resume_flow(token)


@pytest.mark.django_db
def test_a_flow_expires_and_is_forgotten(settings: Settings) -> None:
    flow = sign_in_flows.open_flow(STATE)
    lasting = sign_in_flows.open_flow(STATE)
    SignInFlow.objects.filter(pk=flow.id).update(
        created_at="2026-01-01T00:00:00Z", expires_at="2026-01-01T00:10:00Z"
    )

    with pytest.raises(FlowRefused):
        sign_in_flows.resume_flow(flow.token)
    with pytest.raises(FlowRefused):
        sign_in_flows.resume_flow(flow.token, is_attempt=False)

    assert tasks.purge_sign_in_flows() == 1
    assert SignInFlow.objects.get().pk == lasting.id


@pytest.mark.django_db
def test_what_guesses_nothing_costs_no_attempt() -> None:
    flow = sign_in_flows.open_flow(STATE)

    for _ in range(MAX_FLOW_ATTEMPTS * 2):
        sign_in_flows.resume_flow(flow.token, is_attempt=False)

    assert SignInFlow.objects.get().attempts == 0


@pytest.mark.django_db
def test_of_two_changes_made_from_the_same_state_one_is_kept() -> None:
    flow = sign_in_flows.open_flow(STATE)
    one = sign_in_flows.resume_flow(flow.token)
    two = sign_in_flows.resume_flow(flow.token)

    assert sign_in_flows.save_flow(one, {"kept": True})
    assert not sign_in_flows.save_flow(two, {"kept": False})

    assert sign_in_flows.resume_flow(flow.token).state == {"kept": True}


@pytest.mark.django_db
def test_a_flow_leads_to_one_sign_in() -> None:
    user = make_user()
    flow = sign_in_flows.open_flow(STATE)

    start_sign_in(user_id=user.pk, ip_address=None, user_agent="", flow_id=flow.id)
    with pytest.raises(FlowRefused):
        start_sign_in(user_id=user.pk, ip_address=None, user_agent="", flow_id=flow.id)
    with pytest.raises(FlowRefused):
        sign_in_flows.resume_flow(flow.token)

    assert SignIn.objects.count() == 1
    assert bytes(SignInFlow.objects.get().state) == b""


def at_once(work: Any) -> list[bool]:
    """Call ``work`` from many connections at the same moment; says which calls were let through."""
    barrier = Barrier(PARALLEL)

    def call(_: int) -> bool:
        try:
            barrier.wait()
            work()
        except FlowRefused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(call, range(PARALLEL)))


@pytest.mark.django_db(transaction=True)
def test_parallel_attempts_are_counted_one_by_one() -> None:
    flow = sign_in_flows.open_flow(STATE)

    passed = at_once(lambda: sign_in_flows.resume_flow(flow.token))

    assert passed.count(True) == MAX_FLOW_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_parallel_endings_lead_to_one_sign_in() -> None:
    user = make_user()
    flow = sign_in_flows.open_flow(STATE)

    passed = at_once(
        lambda: start_sign_in(user_id=user.pk, ip_address=None, user_agent="", flow_id=flow.id)
    )

    assert passed.count(True) == 1
    assert SignIn.objects.filter(user=user).count() == 1
