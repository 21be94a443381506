"""A stand-in that decides by the legal name, so that every outcome can be had on purpose.

"… Fail" is refused, "… Wait" stays pending, "… Silent" cannot be reached; anybody else passes. It
keeps nothing: a reference carries its own outcome, signed.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.conf import settings

from marketplace.core.db import forbid_transaction
from marketplace.users.verification.errors import CallbackRefused
from marketplace.users.verification.outside.protocol import (
    Outcome,
    Session,
    StartRequest,
    Unreachable,
    Verdict,
)

TOLERANCE_SECONDS = 300
SIGNATURE = "X-Verification-Signature"
REFUSED_CODE = "document_forged"


class SandboxService:
    name = "sandbox"
    levels = frozenset({"T2"})

    def start(self, request: StartRequest) -> Session:
        forbid_transaction("Starting a verification check")
        last = request.legal_name.casefold().split()[-1:] or [""]
        if last == ["silent"]:
            raise Unreachable("the sandbox plays dead")
        verdict = {"fail": Verdict.FAILED, "wait": Verdict.PENDING}.get(last[0], Verdict.PASSED)
        bare = f"{request.check_id.hex}.{verdict}"
        reference = f"{bare}.{_hash(bare.encode())[:16]}"
        return Session(reference, f"{request.return_url}#sandbox-check={reference}")

    def get_outcome(self, reference: str) -> Outcome:
        forbid_transaction("Asking for a verification check")
        bare, _, mark = reference.rpartition(".")
        if not hmac.compare_digest(mark.encode(), _hash(bare.encode())[:16].encode()):
            raise Unreachable("no such check")
        verdict = Verdict(bare.rpartition(".")[2])
        return Outcome(reference, verdict, REFUSED_CODE if verdict is Verdict.FAILED else "")

    def read_call(self, *, body: bytes, headers: Mapping[str, str], at: datetime) -> Outcome:
        stamp, _, mark = headers.get(SIGNATURE, "").partition(",")
        if not hmac.compare_digest(mark.encode(), _hash(stamp.encode() + b"." + body).encode()):
            raise CallbackRefused
        try:
            if abs(at.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
                raise CallbackRefused("The call is too old.")
            said = json.loads(body)
            return Outcome(
                str(said["reference"]),
                Verdict(said["verdict"]),
                str(said.get("code", ""))[:60],
                str(said["id"])[:200],
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CallbackRefused("The call cannot be read.") from None

    def sign_call(self, outcome: Outcome, *, at: datetime) -> tuple[bytes, dict[str, str]]:
        """The call that it would make: for tests, and for whoever plays the service."""
        said = {
            "id": outcome.event_id or uuid4().hex,
            "reference": outcome.reference,
            "verdict": outcome.verdict.value,
            "code": outcome.code,
        }
        body = json.dumps(said).encode()
        stamp = str(int(at.timestamp()))
        return body, {SIGNATURE: f"{stamp},{_hash(stamp.encode() + b'.' + body)}"}


def _hash(data: bytes) -> str:
    secret: str = settings.VERIFICATION_SANDBOX_SECRET or settings.SECRET_KEY
    digest = hmac.new(secret.encode(), b"verification sandbox\n" + data, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
