"""Examples for the documentation."""

METHODS = {
    "results": [
        {
            "code": "standard",
            "name": "Standard",
            "description": "Tracked, to the door.",
            "carrier": "sandbox",
            "tracked": True,
            "in_person": False,
            "min_days": 2,
            "max_days": 5,
            "cost": "6.00",
            "free_from": None,
            "currency": "EUR",
        }
    ]
}
SHIPMENT = {
    "id": "0199a000-0000-7000-8000-000000000701",
    "order_id": "0199a000-0000-7000-8000-000000000e01",
    "carrier": "sandbox",
    "tracking_number": "SBX-20261122-01",
    "tracked": True,
    "status": "IN_TRANSIT",
    "created_at": "2026-11-22T15:00:00Z",
    "first_scanned_at": "2026-11-22T18:00:00Z",
    "last_scanned_at": "2026-11-22T18:00:00Z",
    "delivered_at": None,
    "events": [
        {
            "kind": "IN_TRANSIT",
            "occurred_at": "2026-11-22T18:00:00Z",
            "received_at": "2026-11-22T18:00:02Z",
        }
    ],
}
WEBHOOK = {
    "id": "evt_1aB2",
    "type": "tracking.in_transit",
    "created_at": "2026-11-22T18:00:01Z",
    "data": {"tracking_number": "SBX-20261122-01", "occurred_at": "2026-11-22T18:00:00Z"},
}
