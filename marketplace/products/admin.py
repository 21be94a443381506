"""What an operator does with products: reviews listings, keeps the tree, looks at stock.

Everything that changes something goes through the commands, so that events and rules hold here too.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from unfold.widgets import UnfoldAdminTextareaWidget

from marketplace.core.admin import (
    ReadOnlyAdmin,
    ReasonForm,
    money_text,
    operator,
    status_label,
    with_reason,
    words,
)
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.db import joinable
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.core.open_items import Queue, register_queue
from marketplace.products import services
from marketplace.products.models import (
    CatalogueEntry,
    Category,
    Product,
    StockReservation,
)
from marketplace.products.repositories.images import image_url


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    """The list reads only the columns it shows, and joins nothing: it stays fast at a million."""

    list_display = (
        "title",
        "status_text",
        "price_text",
        "inventory_count",
        "is_featured",
        "created_at",
    )
    status_text = status_label()
    list_filter = ("status", "is_featured", "currency")
    search_fields = ("id__exact", "seller__id__exact", "title__istartswith")
    search_help_text = "Product id, seller id, or how a title begins"
    ordering = ("-created_at", "-id")
    actions = ("approve", "reject", "feature", "unfeature")
    list_select_related = False
    price_text = money_text("price")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    ("status", "created_at"),
                    ("seller", "published_at"),
                    ("price_text", "compare_price"),
                    ("inventory_count", "is_featured"),
                    "categories",
                    "review_reason",
                )
            },
        ),
        ("What the buyer sees", {"fields": ("pictures", "description", "details")}),
    )
    readonly_fields = ("price_text", "compare_price", "pictures", "details")

    @admin.display(description="compare price")
    def compare_price(self, product: Product) -> str:
        minor = product.compare_price_minor
        return "-" if minor is None else str(Money(minor, product.currency))

    @admin.display(description="pictures")
    def pictures(self, product: Product) -> str:
        picture = '<a href="{}"><img class="w-32 rounded" src="{}" alt="picture {}"></a>'
        shown = format_html_join(
            "",
            picture,
            (
                (image_url(each["full"]["name"]), image_url(each["thumbnail"]["name"]), number)
                for number, each in enumerate(product.images, start=1)
            ),
        )
        return format_html('<div class="flex flex-wrap gap-3">{}</div>', shown or "none")

    @admin.display(description="specifications")
    def details(self, product: Product) -> str:
        return words(product.specifications) or "-"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        products: QuerySet[Product] = super().get_queryset(request)
        return products.defer("description", "specifications", "images")

    def has_review_permission(self, request: HttpRequest) -> bool:
        return operator(request).may("products.review_product")

    def has_feature_permission(self, request: HttpRequest) -> bool:
        return operator(request).may("products.feature_product")

    @admin.action(
        description="Approve with a reason (under review → active)", permissions=["review"]
    )
    def approve(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        def run(product: Product, reason: str) -> None:
            services.approve_product(product_id=product.id, actor=operator(request), reason=reason)

        return with_reason(
            self,
            request,
            queryset,
            action="approve",
            title="Approve listings",
            explanation="These go public.",
            run=run,
        )

    @admin.action(description="Reject with a reason (under review → draft)", permissions=["review"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        def run(product: Product, reason: str) -> None:
            services.reject_product(product_id=product.id, actor=operator(request), reason=reason)

        return with_reason(
            self,
            request,
            queryset,
            action="reject",
            title="Reject listings",
            explanation="These go back to their sellers as drafts, with the reason.",
            run=run,
            form_class=RejectionForm,
        )

    @admin.action(description="Feature on the front page, with a reason", permissions=["feature"])
    def feature(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        return self._set_featured(request, queryset, is_featured=True)

    @admin.action(description="Feature no longer, with a reason", permissions=["feature"])
    def unfeature(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        return self._set_featured(request, queryset, is_featured=False)

    def _set_featured(
        self, request: HttpRequest, queryset: QuerySet[Product], *, is_featured: bool
    ) -> HttpResponse | None:
        def run(product: Product, reason: str) -> None:
            services.feature_product(
                product_id=product.id,
                actor=operator(request),
                is_featured=is_featured,
                reason=reason,
            )

        return with_reason(
            self,
            request,
            queryset,
            action="feature" if is_featured else "unfeature",
            title="Feature products" if is_featured else "Feature products no longer",
            explanation="The front page shows what is featured first.",
            run=run,
        )


class RejectionForm(ReasonForm):
    """The seller reads it."""

    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    class Meta:
        model = Category
        fields = ("name", "slug", "parent", "description", "image", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who may only look gets a form without fields.
        if "slug" in self.fields:
            self.fields["slug"].required = False


@admin.register(Category)
class CategoryAdmin(AuditedAdmin):
    """The tree, shown with its levels. A refused move is explained on the form."""

    form = CategoryForm
    list_display = ("path", "slug", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "slug")
    list_select_related = ("parent__parent__parent__parent__parent",)
    actions = None

    @admin.display(description="category", ordering="name")
    def path(self, category: Category) -> str:
        names, shelf = [category.name], category.parent
        while shelf is not None:
            names.insert(0, shelf.name)
            shelf = shelf.parent
        return " › ".join(names)  # noqa: RUF001 - a path, as readers know it

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Categories are hidden, not deleted: products and old orders name them."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            # The admin's own transaction becomes the command's.
            with joinable():
                answer: HttpResponse = super().changeform_view(
                    request, object_id, form_url, extra_context
                )
        except DomainError as refusal:
            # The place in the tree is judged by the database, when the form has been accepted.
            self.message_user(request, refusal.detail, messages.ERROR)
            return HttpResponseRedirect(request.path)
        return answer

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        fields = services.CategoryFields(
            name=obj.name,
            slug=obj.slug,
            parent_id=obj.parent_id,
            description=obj.description,
            image=obj.image,
            is_active=obj.is_active,
        )
        obj.pk = services.save_category(
            actor=operator(request),
            fields=fields,
            category_id=obj.pk if change else None,
            reason=form.cleaned_data["reason"],
        )


@admin.register(StockReservation)
class StockReservationAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "product_id", "quantity", "state", "expires_at", "updated_at")
    list_filter = ("state",)
    search_fields = ("order_id__exact", "product__id__exact")
    ordering = ("-id",)


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ReadOnlyAdmin):
    """The read model, to compare with the product when in doubt."""

    list_display = ("title", "product_id", "price_minor", "currency", "is_in_stock", "version")
    list_filter = ("is_in_stock", "is_featured", "currency")
    search_fields = ("product_id__exact", "seller_id__exact")
    ordering = ("-created_at", "-product_id")
    exclude = ("search",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogueEntry]:
        entries: QuerySet[CatalogueEntry] = super().get_queryset(request)
        return entries.defer("search")


register_queue(
    Queue(
        "Listings to review",
        Product.objects.filter(status="UNDER_REVIEW").count,
        "/admin/products/product/?status__exact=UNDER_REVIEW",
    )
)
