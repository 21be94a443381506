"""What the catalogue does when something happened. Every handler reads the truth anew."""

from typing import Any

from marketplace.core.events import DomainEvent, handles
from marketplace.products.events import (
    CategoryChanged,
    ProductDeactivated,
    ProductDeleted,
    ProductPublished,
    ProductUpdated,
    StockChanged,
)
from marketplace.products.models import Product, ProductStatus
from marketplace.products.repositories import catalogue
from marketplace.products.repositories.categories import CategoryTree
from marketplace.users.events import (
    ProfileUpdated,
    UserReinstated,
    UserSuspended,
    UserUpdated,
    VerificationLevelChanged,
)


def _keep_entry_current(event_class: type[DomainEvent]) -> None:
    name = event_class.event_type.rpartition(".")[2]

    @handles(event_class, consumer=f"products.catalogue.{name}")
    def project_product(event: Any) -> None:
        catalogue.project([event.product_id])


for _event_class in (
    ProductDeactivated,
    ProductDeleted,
    ProductPublished,
    ProductUpdated,
):
    _keep_entry_current(_event_class)


@handles(StockChanged, consumer="products.catalogue.StockChanged")
def project_stock(event: StockChanged) -> None:
    catalogue.project_stock(event.product_id)


@handles(CategoryChanged, consumer="products.catalogue.CategoryChanged")
def project_branch(event: CategoryChanged) -> None:
    """A name or a place in the tree changed: it shows on every product of the branch."""
    branch = CategoryTree.load().branch(event.category_id)
    links = Product.categories.through.objects.filter(category_id__in=branch)
    catalogue.project(links.values_list("product_id", flat=True))


def _keep_offers_current(event_class: type[DomainEvent]) -> None:
    name = event_class.event_type.rpartition(".")[2]

    @handles(event_class, consumer=f"products.catalogue.{name}")
    def project_seller(event: Any) -> None:
        """A seller's name or standing changed: it shows on everything they offer."""
        offers = Product.objects.filter(seller_id=event.user_id, status=ProductStatus.ACTIVE)
        catalogue.project(offers.values_list("id", flat=True))


for _user_event in (
    ProfileUpdated,
    UserReinstated,
    UserSuspended,
    UserUpdated,
    # The badge stands on every listing.
    VerificationLevelChanged,
):
    _keep_offers_current(_user_event)
