from typing import Any

from marketplace.core.security import signing as keys
from marketplace.payments.models import Seal
from marketplace.payments.seals.headers import document


def get_seal_head() -> dict[str, Any]:
    """The newest seal (None before the first) and the public keys, for anyone to keep.

    A head names everything sealed before it and says nothing of it.
    """
    seal = Seal.objects.order_by("-number").first()
    return {
        "seal": document(seal) if seal else None,
        "keys": [
            {"key_id": key_id, "public_key": public.hex()}
            for key_id, public in keys.public_keys().items()
        ],
    }
