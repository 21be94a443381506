"""Who takes part: the accounts of the demo marketplace, made in-process and signed in over HTTP."""

from uuid import UUID

from demo.api import Api, Json
from marketplace.config.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from marketplace.core.actor import Actor, Role
from marketplace.users.models import User
from marketplace.users.services import assign_staff_roles, register_user

PASSWORD = DEMO_PASSWORD
OPERATOR = "operator@demo.fairhold.test"


def make_people() -> dict[str, str]:
    """Register every demo account that does not exist yet; returns email by name."""
    emails = {}
    for account in DEMO_ACCOUNTS:
        make_account(account["email"], account["name"], account["role"])
        emails[account["email"].partition("@")[0]] = account["email"]
    return emails


def make_account(email: str, name: str, role: str) -> None:
    """One account that may sign in at once."""
    if User.objects.filter(email=email).exists():
        return
    if role == Role.ADMIN:
        User.objects.create_superuser(email, PASSWORD, first_name=name)
        return
    is_staff = role not in {Role.BUYER, Role.SELLER}
    person = register_user(
        email=email,
        password=PASSWORD,
        first_name=name,
        last_name="of the demo",
        user_type=Role.BUYER if is_staff else role,
        is_email_verified=True,
    )
    if is_staff:
        appoint(person.id, role)


def appoint(user_id: UUID, staff_role: str) -> None:
    """Give a staff role, as the demo's operator does in the admin."""
    operator = User.objects.get(email=OPERATOR)
    assign_staff_roles(
        user_id=user_id,
        actor=Actor.user(operator.pk, Role.ADMIN),
        roles=[staff_role],
        reason="Takes part in the demo.",
    )


def session(base_url: str, email: str) -> Api:
    """A signed-in client."""
    return Api(base_url).sign_in(email, PASSWORD)


def new_buyer(base_url: str, name: str) -> Api:
    email = f"{name}-buyer@demo.fairhold.test"
    make_account(email, f"Buyer {name}", Role.BUYER)
    return session(base_url, email)


def new_seller(base_url: str, name: str) -> Api:
    email = f"{name}-seller@demo.fairhold.test"
    make_account(email, f"Seller {name}", Role.SELLER)
    return session(base_url, email)


def list_product(seller: Api, *, category_id: str, **fields: object) -> Json:
    """Make a product and publish it, as its seller."""
    body = {
        "title": "Film camera",
        "description": "Serviced, with a new light seal.",
        "price": "120.00",
        "currency": "EUR",
        "inventory_count": 5,
        "category_ids": [category_id],
        **fields,
    }
    product = seller.post("/api/v1/products/", body)
    return seller.post(f"/api/v1/products/{product['id']}/publish/")
