from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class UserAddress(models.Model):
    """One place that a person has goods sent to. At most one of them is the default.

    An order copies what it needs when it is placed: changing an address changes no order. The
    default one also stands in ``UserProfile.address``, written in the same transaction under the
    profile's lock.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses"
    )
    label = models.CharField(max_length=40, blank=True, default="")
    """The person's own word for it, such as "office"."""
    recipient = models.CharField(max_length=200)
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True, default="")
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True, default="")
    postal_code = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2)
    """ISO 3166-1 alpha-2."""
    phone = models.CharField(max_length=20, blank=True, default="")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "users_address"
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="users_address_one_default"
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="users_address_country_code"
            ),
        )

    def __str__(self) -> str:
        return f"address {self.id}"
