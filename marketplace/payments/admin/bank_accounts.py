"""Where payouts go: masked, and blocked after one came back."""

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from unfold.decorators import action

from marketplace.core.desk import asks_again
from marketplace.payments.admin.payouts import DecidingAdmin
from marketplace.payments.models import BankAccount


@admin.register(BankAccount)
class BankAccountAdmin(DecidingAdmin):
    """Masked here, too: nobody needs to read the number."""

    decides = "payments.clear_bank_account"

    list_display = (
        "id",
        "user_id",
        "number_kind",
        "masked_number",
        "currency",
        "usable_from_at",
        "is_default",
        "blocked_at",
        "removed_at",
    )
    list_filter = (("blocked_at", admin.EmptyFieldListFilter), "currency", "number_kind")
    search_fields = ("id__exact", "user__id__exact")
    ordering = ("-id",)
    list_select_related = False
    raw_id_fields = ("user", "cleared_by")
    exclude = ("account_holder_encrypted", "number_encrypted", "fingerprint")
    actions_detail = ("clear",)

    @action(description="Clear", url_path="clear", permissions=["operate"])  # type: ignore[untyped-decorator]
    @asks_again
    def clear(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        account = get_object_or_404(BankAccount.objects.select_related("user"), id=object_id)
        about = f"{account.masked_number} of {account.user.email}"
        return self.decide(request, account.id, "clear", about)
