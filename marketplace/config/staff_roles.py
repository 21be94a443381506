"""Who of the staff sees which page and may do what, as a new installation begins.

One row per page of the admin and per permission; a column is a staff role, a letter says yes.
From then on the roles are data: an administrator edits them in the admin. A permission that a
later version adds is given to its roles once. Administrators may everything and stand in no column.
"""

from collections.abc import Mapping

ROLES: Mapping[str, tuple[str, str]] = {
    "S": ("SUPPORT", "Answers buyers and sellers: sees orders, parcels and accounts, no books."),
    "M": ("MEDIATOR", "Settles quarrels about an order: cancels and refunds it."),
    "F": ("FINANCE", "Runs the money: payouts, differences with providers, the books."),
    "V": ("VERIFICATION_REVIEWER", "Looks at the documents by which people prove who they are."),
    "A": ("AUDITOR", "Sees everything and changes nothing."),
}

PAGES: Mapping[str, str] = {
    "account.emailaddress": "S--VA",
    "core.auditentry": "----A",
    "core.heartbeat": "----A",
    "core.idempotencyrecord": "----A",
    "core.inboxmessage": "----A",
    "core.outboxevent": "----A",
    "core.retentionpolicy": "----A",
    "logistics.carrierwebhook": "----A",
    "logistics.shipment": "SM--A",
    "logistics.shippingmethod": "SM--A",
    "logistics.trackingevent": "SM--A",
    "notifications.outboundemail": "S---A",
    "notifications.outboundsms": "S---A",
    "orders.checkout": "SM--A",
    "orders.deadline": "SM--A",
    "orders.escrowpolicy": "SMF-A",
    "orders.order": "SMF-A",
    "orders.orderevent": "SMF-A",
    "orders.orderhistoryentry": "----A",
    "orders.sweepoutage": "----A",
    "orders.tradinglimit": "SMF-A",
    "payments.bankaccount": "--F-A",
    "payments.chargeback": "-MF-A",
    "payments.commissionrule": "--F-A",
    "payments.currencyexchange": "--F-A",
    "payments.holdinglimit": "--F-A",
    "payments.itemresolution": "--F-A",
    "payments.ledgeraccount": "--F-A",
    "payments.ledgerbalance": "--F-A",
    "payments.ledgerentry": "--F-A",
    "payments.ledgerjournal": "--F-A",
    "payments.payment": "SMF-A",
    "payments.paymentreview": "--F-A",
    "payments.payout": "--F-A",
    "payments.payoutbatch": "--F-A",
    "payments.payoutbatchitem": "--F-A",
    "payments.payoutfreeze": "--F-A",
    "payments.payoutminimum": "--F-A",
    "payments.payoutpolicy": "--F-A",
    "payments.payoutschedule": "--F-A",
    "payments.providerreport": "--F-A",
    "payments.providerreportline": "--F-A",
    "payments.providerwebhook": "--F-A",
    "payments.reconciliationitem": "--F-A",
    "payments.refund": "SMF-A",
    "payments.riskfinding": "--F-A",
    "payments.riskpolicy": "--F-A",
    "payments.seal": "--F-A",
    "payments.topup": "S-F-A",
    "payments.topuplimit": "--F-A",
    "payments.transaction": "--F-A",
    "payments.wallet": "--F-A",
    "payments.walletdecision": "--F-A",
    "products.catalogueentry": "----A",
    "products.category": "SM--A",
    "products.product": "SM--A",
    "products.stockreservation": "----A",
    "socialaccount.socialaccount": "S--VA",
    "users.consent": "S---A",
    "users.dataexport": "----A",
    "users.erasure": "S---A",
    "users.policydocument": "S---A",
    "users.retaineddata": "----A",
    "users.signin": "S---A",
    "users.staffrole": "----A",
    "users.user": "SMFVA",
    "users.userprofile": "SM-VA",
    "verification.verificationcase": "---V-",
    "verification.verificationpolicy": "---VA",
}
"""Seeing a page: Django's ``view`` permission of its model."""

ACTS: Mapping[str, str] = {
    "orders.cancel_order": "SM---",
    "orders.record_delivery": "SM---",
    "orders.refund_order": "-MF--",
    "payments.approve_payout": "--F--",
    "payments.clear_bank_account": "--F--",
    "payments.decide_finding": "--F--",
    "payments.edit_commission_rule": "--F--",
    "payments.enter_settlement": "--F--",
    "payments.exchange_currency": "--F--",
    "payments.freeze_payouts": "--F--",
    "payments.import_report": "--F--",
    "payments.lift_payout_freeze": "--F--",
    "payments.reprocess_webhook": "--F--",
    "payments.resolve_item": "--F--",
    "payments.resolve_review": "--F--",
    "payments.reverse_journal": "--F--",
    "payments.suspend_wallet": "--F--",
    "payments.view_receivable": "--F-A",
    "payments.write_off_receivable": "--F--",
    "products.feature_product": "S----",
    "products.review_product": "S----",
    "users.assign_staff_role": "-----",
    "users.edit_staff_role": "-----",
    "users.erase_user": "-----",
    "users.export_user": "S----",
    "users.feature_seller": "S----",
    "users.reset_second_factors": "-----",
    "users.suspend_user": "SM---",
    "verification.review_verification": "---V-",
}
"""Doing something; what no role may is for administrators, and for roles that they make up."""


def staff_roles() -> Mapping[str, tuple[str, frozenset[str]]]:
    """What each role is about and may do, by its name."""
    rows = {**{_view(page): letters for page, letters in PAGES.items()}, **ACTS}
    return {
        name: (about, frozenset(what for what, letters in rows.items() if letter in letters))
        for letter, (name, about) in ROLES.items()
    }


def _view(page: str) -> str:
    app, _, model = page.partition(".")
    return f"{app}.view_{model}"
