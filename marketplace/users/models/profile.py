from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id


class UserProfile(models.Model):
    """What a person shows of themselves. ``rating`` and ``total_reviews`` follow reviews."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    bio = models.TextField(max_length=2000, blank=True, default="")
    address = models.JSONField(blank=True, default=dict)
    """A copy of the person's default ``UserAddress``, kept in its transaction."""
    id_verification_documents = models.JSONField(blank=True, default=list)
    """Empty, always: documents are rows of their own, sealed, and the profile is answered with
    those that are there (``ProfileSnapshot``). A copy in here would outlive their erasure."""
    rating = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(5)],
    )
    total_reviews = models.PositiveIntegerField(default=0)
    is_featured = models.BooleanField(default=False)
    social_links = models.JSONField(blank=True, default=dict)
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "users_profile"
        permissions = (("feature_seller", "Feature sellers"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(rating__gte=0, rating__lte=5), name="users_rating_in_range"
            ),
        )

    def __str__(self) -> str:
        return f"profile of {self.user_id}"
