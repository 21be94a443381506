from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from marketplace.core import clock
from marketplace.users import tasks

pytestmark = pytest.mark.django_db


def test_sessions_that_nobody_signed_out_of_are_forgotten_once_they_are_over() -> None:
    for name, expires_in in (("over", timedelta(seconds=-1)), ("open", timedelta(hours=1))):
        Session.objects.create(
            session_key=name, session_data="", expire_date=clock.now() + expires_in
        )

    assert tasks.purge_desk_sessions() == 1
    assert Session.objects.get().session_key == "open"
