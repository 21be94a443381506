"""Ordered behaviour: what the sandbox does instead of simply succeeding."""

from django.db import models
from django.db.models import Q


class Behaviour(models.Model):
    """One order: for this kind, for references that start so, do that, this many times.

    The longest matching prefix wins, then the newest order, so parallel tests that use their own
    prefixes never meet. `remaining` empty means until it is deleted.
    """

    id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=20)
    action = models.CharField(max_length=20)
    reference_prefix = models.CharField(max_length=100, default="", blank=True)
    remaining = models.IntegerField(null=True)
    delay_seconds = models.FloatField(null=True)
    copies = models.SmallIntegerField(default=2)
    code = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__isnull=True) | Q(remaining__gte=0),
                name="behaviour_remaining_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind"],
                name="behaviour_active",
                condition=Q(remaining__isnull=True) | Q(remaining__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.action} for {self.reference_prefix or 'any'}"
