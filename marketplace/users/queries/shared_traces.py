"""What links two people, for whoever looks at a payment between them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from marketplace.users.repositories.phone_proofs import phone_fingerprints

DEVICE, PHONE = "device", "phone"
NOT_PUBLIC = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::/127",
    "fc00::/7",
    "fe80::/10",
)
"""Addresses of networks inside (RFC 1918, 4193, 6598): a proxy's, and nobody's of their own."""
# Of two people's sign-ins in order, the nearest two of different people are neighbours: one pass
# instead of each against each. `C` compares bytes, which is all that equal agents need.
SAME_DEVICE = """
    WITH seen AS (
        SELECT ip_address, user_id, created_at,
               lag(user_id) OVER device AS before_id, lag(created_at) OVER device AS before_at
          FROM users_sign_in
         WHERE user_id = ANY (%(user_ids)s::uuid[]) AND user_agent <> ''
           AND created_at > %(since)s::timestamptz AND created_at <= %(at)s::timestamptz
        WINDOW device AS (
            PARTITION BY ip_address, user_agent COLLATE "C" ORDER BY created_at
        )
    ), shared AS MATERIALIZED (
        SELECT DISTINCT ip_address FROM seen
         WHERE before_id <> user_id AND created_at - before_at <= %(apart)s::interval
           AND NOT ip_address <<= ANY (%(not_public)s::inet[])
    )
    SELECT EXISTS (
        SELECT FROM shared
         WHERE (SELECT count(*) FROM (
                    SELECT DISTINCT user_id FROM users_sign_in AS there
                     WHERE there.ip_address = shared.ip_address
                       AND there.created_at > %(since)s::timestamptz
                       AND there.created_at <= %(at)s::timestamptz
                     LIMIT %(most)s::int + 1
               ) AS people) <= %(most)s::int
    )
"""


def shared_traces(*, user_ids: tuple[UUID, UUID], at: datetime) -> frozenset[str]:
    """What links the two people at this moment: a reason to look, never to refuse.

    ``device``: in the last ``SHARED_DEVICE_DAYS`` both signed in from one address with one user
    agent, letter for letter, at most ``SHARED_DEVICE_HOURS`` apart, and the address is a quiet one:
    no more than ``SHARED_DEVICE_PEOPLE`` people signed in from it in that time, whatever with. An
    address alone says nothing, and one of a school, an office or a carrier's NAT has more people.

    ``phone``: both have proved the same telephone number, one after the other, as far back as
    proofs are kept (retention rule ``users.phone_proofs``) and of the numbers that they hold now.

    What it cannot tell: browsers of one kind call themselves the same, so two members of a
    household with alike telephones are linked, and so are two strangers behind a NAT that nobody
    else here uses (on a small platform). Who changes network or browser between two accounts
    leaves no trace, and sign-ins count where they began, not where they are used.
    """
    if user_ids[0] == user_ids[1]:
        return frozenset()
    one, other = phone_fingerprints(user_ids, at=at)
    found = {DEVICE: _is_same_device(user_ids, at), PHONE: not one.isdisjoint(other)}
    return frozenset(trace for trace, is_shared in found.items() if is_shared)


def _is_same_device(user_ids: tuple[UUID, UUID], at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            SAME_DEVICE,
            {
                "user_ids": list(user_ids),
                "at": at,
                "since": at - timedelta(days=settings.SHARED_DEVICE_DAYS),
                "apart": f"{settings.SHARED_DEVICE_HOURS} hours",
                "most": settings.SHARED_DEVICE_PEOPLE,
                "not_public": list(NOT_PUBLIC),
            },
        )
        return bool(cursor.fetchone()[0])
