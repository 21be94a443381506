"""How the admin looks and what its menu holds."""

from functools import partial
from typing import Any

from django.http import HttpRequest

GREEN = {
    "50": "oklch(97% .02 160)",
    "100": "oklch(94% .04 160)",
    "200": "oklch(88% .06 160)",
    "300": "oklch(80% .08 160)",
    "400": "oklch(68% .10 160)",
    "500": "oklch(55% .10 160)",
    "600": "oklch(44% .085 160)",
    "700": "oklch(39% .075 160)",
    "800": "oklch(34% .062 160)",
    "900": "oklch(29% .05 160)",
    "950": "oklch(22% .04 160)",
}


def _link(title: str, icon: str, model: str) -> dict[str, Any]:
    """``model`` is ``service.model``, as in the admin's own addresses."""
    service, _, name = model.partition(".")
    return _page(title, icon, f"{service}/{name}/")


def _page(title: str, icon: str, path: str) -> dict[str, Any]:
    """``path`` is below the admin and begins with the model whose page it is."""
    service, model, *_ = path.split("/")
    seen_by = partial(_may_view, f"{service}.view_{model}")
    return {"title": title, "icon": icon, "link": f"/admin/{path}", "permission": seen_by}


def _may_view(permission: str, request: HttpRequest) -> bool:
    return bool(request.user.has_perm(permission))


def _group(title: str, *links: dict[str, Any], is_open: bool = True) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": not is_open, "items": list(links)}


NAVIGATION = [
    {"items": [{"title": "Desk", "icon": "dashboard", "link": "/admin/"}]},
    _group(
        "Trade",
        _link("Orders", "receipt_long", "orders.order"),
        _link("Deadlines", "timer", "orders.deadline"),
        _link("Products", "inventory_2", "products.product"),
        _link("Categories", "category", "products.category"),
        _link("Shipments", "local_shipping", "logistics.shipment"),
    ),
    _group(
        "Money",
        _link("Payments", "payments", "payments.payment"),
        _link("Reviews", "rule", "payments.paymentreview"),
        _link("Sales to look at", "visibility", "payments.riskfinding"),
        _link("Refunds", "undo", "payments.refund"),
        _link("Chargebacks", "gavel", "payments.chargeback"),
        _link("Payouts", "account_balance", "payments.payout"),
        _page("Payouts to approve", "how_to_reg", "payments/payout/?awaits_approval__exact=1"),
        _link("Payout schedules", "calendar_month", "payments.payoutschedule"),
        _link("Payout batches", "event_repeat", "payments.payoutbatch"),
        _link("Bank accounts", "account_balance", "payments.bankaccount"),
        _link("Wallets", "account_balance_wallet", "payments.wallet"),
        _page("What sellers owe", "hourglass_bottom", "payments/wallet/receivables/"),
        _link("Top-ups", "add_card", "payments.topup"),
        _link("Exchanges", "currency_exchange", "payments.currencyexchange"),
        _link("Commission rules", "percent", "payments.commissionrule"),
        _page("Commission report", "summarize", "payments/commissionrule/report/"),
    ),
    _group(
        "Reconciliation",
        _link("Providers and us", "balance", "payments.providerreport"),
        _link("Open items", "difference", "payments.reconciliationitem"),
        _link("Resolutions", "task_alt", "payments.itemresolution"),
        _link("Freezes of payouts", "ac_unit", "payments.payoutfreeze"),
    ),
    _group(
        "Books",
        _link("Accounts", "menu_book", "payments.ledgeraccount"),
        _link("Journals", "library_books", "payments.ledgerjournal"),
        _link("Entries", "format_list_numbered", "payments.ledgerentry"),
        _link("Seals", "verified_user", "payments.seal"),
    ),
    _group(
        "People",
        _link("Users", "person", "users.user"),
        _link("Profiles", "badge", "users.userprofile"),
        _page(
            "Verifications",
            "how_to_reg",
            "verification/verificationcase/?queue=waiting",
        ),
        _link("Sign-ins", "key", "users.signin"),
        _link("Connected providers", "link", "socialaccount.socialaccount"),
        _link("Staff roles", "admin_panel_settings", "users.staffrole"),
        _link("Audit log", "history_edu", "core.auditentry"),
        _link("Letters", "mail", "notifications.outboundemail"),
        _link("Text messages", "sms", "notifications.outboundsms"),
    ),
    _group(
        "Policies",
        _link("Escrow policies", "policy", "orders.escrowpolicy"),
        _link("Shipping methods", "package_2", "logistics.shippingmethod"),
        _link("Trading limits", "speed", "orders.tradinglimit"),
        _link("Verification policies", "verified", "verification.verificationpolicy"),
        _link("Payout policies", "tune", "payments.payoutpolicy"),
        _link("Risk policies", "policy", "payments.riskpolicy"),
        _link("Payout minimums", "money_off", "payments.payoutminimum"),
        _link("Top-up limits", "speed", "payments.topuplimit"),
        _link("Holding limits", "hourglass", "payments.holdinglimit"),
    ),
    _group(
        "Machinery",
        _link("Provider webhooks", "webhook", "payments.providerwebhook"),
        _link("Carrier webhooks", "webhook", "logistics.carrierwebhook"),
        _link("Events", "bolt", "core.outboxevent"),
        _link("Jobs", "schedule", "core.heartbeat"),
        is_open=False,
    ),
]
