"""What may happen to a verification case: the one table of its states."""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models


class CaseStatus(models.TextChoices):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    MORE_REQUESTED = "MORE_REQUESTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


_S = CaseStatus
OPEN = (_S.DRAFT, _S.SUBMITTED, _S.IN_REVIEW, _S.MORE_REQUESTED)
"""A person has at most one case in these for each level."""
EDITABLE = (_S.DRAFT, _S.MORE_REQUESTED)
"""The person may change facts and documents."""
WAITING = (_S.SUBMITTED, _S.IN_REVIEW)
"""Something of ours is waited for."""
ENDED = (_S.REJECTED, _S.EXPIRED, _S.WITHDRAWN)
"""Nothing follows: the files go after a while."""


class Command(StrEnum):
    OPEN_CASE = "open_case"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    RELEASE = "release"
    NOTE = "note"
    VIEW = "view"
    ASK_FOR_MORE = "ask_for_more"
    APPROVE_FIRST = "approve_first"
    """The first of two people said yes; the case goes back into the queue for the other."""
    APPROVE = "approve"
    REJECT = "reject"
    CONFIRM = "confirm"
    """The bank account's holder matched, or an outside service said yes."""
    REFUSE = "refuse"
    """An outside service said no."""
    HAND_OVER = "hand_over"
    """What was to be found out by itself is looked at by people."""
    LAPSE = "lapse"
    REPLACE = "replace"
    """A renewal was approved: the older approval ends where the newer begins."""
    REVOKE = "revoke"


TRANSITIONS: Mapping[Command, Mapping[CaseStatus, CaseStatus]] = {
    Command.SUBMIT: {_S.DRAFT: _S.SUBMITTED, _S.MORE_REQUESTED: _S.SUBMITTED},
    Command.WITHDRAW: dict.fromkeys(OPEN, _S.WITHDRAWN),
    # A claim whose time is over may be taken by another reviewer.
    Command.CLAIM: dict.fromkeys(WAITING, _S.IN_REVIEW),
    Command.RELEASE: {_S.IN_REVIEW: _S.SUBMITTED},
    Command.ASK_FOR_MORE: {_S.IN_REVIEW: _S.MORE_REQUESTED},
    Command.APPROVE_FIRST: {_S.IN_REVIEW: _S.SUBMITTED},
    Command.APPROVE: {_S.IN_REVIEW: _S.APPROVED},
    Command.REJECT: {_S.IN_REVIEW: _S.REJECTED},
    Command.CONFIRM: {_S.SUBMITTED: _S.APPROVED},
    Command.REFUSE: {_S.SUBMITTED: _S.REJECTED},
    Command.HAND_OVER: {_S.SUBMITTED: _S.SUBMITTED},
    Command.LAPSE: {
        _S.APPROVED: _S.EXPIRED,
        _S.MORE_REQUESTED: _S.EXPIRED,
        _S.DRAFT: _S.EXPIRED,
    },
    Command.REPLACE: {_S.APPROVED: _S.EXPIRED},
    Command.REVOKE: {_S.APPROVED: _S.EXPIRED},
}
