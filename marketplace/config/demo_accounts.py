"""Who the demo marketplace's people are: shown on the landing page, public on purpose."""

DEMO_PASSWORD = "demo market passphrase"  # noqa: S105
DEMO_ACCOUNTS = [
    {
        "email": f"{name}@demo.fairhold.test",
        "name": label,
        "role": role,
        "about": about,
    }
    for name, label, role, about in (
        ("buyer", "Buyer", "BUYER", "Orders in every state, some of them waiting to be confirmed"),
        ("second-buyer", "Second buyer", "BUYER", "A buyer with a cancelled and a refunded order"),
        ("third-buyer", "Third buyer", "BUYER", "A buyer with an unpaid order"),
        (
            "home-seller",
            "Home seller",
            "SELLER",
            "Sells for the home; orders to accept and to ship",
        ),
        (
            "tech-seller",
            "Tech seller",
            "SELLER",
            "Sells electronics; money in the wallet, a payout",
        ),
        ("craft-seller", "Craft seller", "SELLER", "Sells hand-made things; a draft and a review"),
        ("sport-seller", "Sport seller", "SELLER", "Sells sports gear; parcels on their way"),
        ("operator", "Operator", "ADMIN", "Signs in to the admin, and may do everything there"),
        ("support", "Support", "SUPPORT", "Staff: sees orders, parcels and accounts, no books"),
        ("mediator", "Mediator", "MEDIATOR", "Staff: cancels and refunds orders"),
        ("finance", "Finance", "FINANCE", "Staff: payouts, differences, the books"),
        (
            "reviewer",
            "Reviewer",
            "VERIFICATION_REVIEWER",
            "Staff: looks at what people prove who they are with",
        ),
        ("auditor", "Auditor", "AUDITOR", "Staff: sees everything, changes nothing"),
    )
]
