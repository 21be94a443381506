"""Examples for the documentation."""

CASE_ID = "0199a000-0000-7000-8000-0000000000c1"
DOCUMENT_ID = "0199a000-0000-7000-8000-0000000000c2"
CREATED_AT = "2026-11-22T09:30:00Z"
FACTS = {
    "legal_name": "Holder of the passport",
    "date_of_birth": "1990-04-02",
    "country": "NG",
    "document_type": "PASSPORT",
    "document_number": "A01234567",
}
OPEN = {"level": "T2", **FACTS}
CASE = {
    "id": CASE_ID,
    "level": "T2",
    "status": "DRAFT",
    "method": "PEOPLE",
    "is_renewal": False,
    "stated": ["legal_name", "date_of_birth", "document_number", "country", "document_type"],
    "documents": [
        {
            "id": DOCUMENT_ID,
            "kind": "IDENTITY_FRONT",
            "page_count": 1,
            "created_at": CREATED_AT,
        }
    ],
    "missing": ["SELFIE"],
    "reason": "",
    "reason_text": "",
    "message": "",
    "version": 2,
    "created_at": CREATED_AT,
    "submitted_at": None,
    "decided_at": None,
    "valid_until": None,
}
OVERVIEW = {
    "level": "T1",
    "status": "UNVERIFIED",
    "has_badge": False,
    "steps": [
        {
            "level": "T1",
            "is_held": True,
            "valid_until": None,
            "facts": ["legal_name"],
            "documents": [],
        },
        {
            "level": "T2",
            "is_held": False,
            "valid_until": None,
            "facts": list(FACTS),
            "documents": ["IDENTITY_FRONT", "SELFIE"],
        },
    ],
    "next_level": None,
    "next_action": "hand_in",
    "services": [],
    "cases": [CASE],
    "limits": [
        {
            "name": "order_as_buyer",
            "period": "",
            "currency": "EUR",
            "limit": "5000.00",
            "used": None,
            "lifted_by": "T2",
        }
    ],
}
