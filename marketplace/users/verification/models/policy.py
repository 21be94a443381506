from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.users.verification.models.case import LEVELS


class VerificationPolicy(models.Model):
    """How long an approval of a level holds, and when its owner is reminded.

    An approval takes both with it, so that an edit never shortens one that was given.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    level = models.CharField(max_length=2, choices=LEVELS, unique=True)
    valid_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Empty: until the document runs out, or for good.",
    )
    remind_days = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="So many days before the end the person is reminded.",
    )
    keep_days = models.PositiveIntegerField(
        default=90,
        validators=[MaxValueValidator(3650)],
        help_text="Files and facts of a case that is over go after so many days.",
    )
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "users_verification_policy"
        verbose_name_plural = "verification policies"
        constraints = (
            models.CheckConstraint(
                condition=Q(level__in=[level for level, _ in LEVELS]),
                name="verification_policy_level_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_days__isnull=True)
                | (Q(valid_days__gte=1) & Q(remind_days__lt=F("valid_days"))),
                name="verification_policy_reminds_before_the_end",
                violation_error_message="The reminder must come before the end.",
            ),
        )

    def __str__(self) -> str:
        return f"verification policy of {self.level}"
