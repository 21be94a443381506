from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.level_scope import LevelScope, constraints_of_scope

LONGEST_DAYS = 365


def _amount(help_text: str) -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True, blank=True, help_text=f"Minor units. {help_text}")


def _number(help_text: str, most: int) -> "models.PositiveIntegerField[int | None, int | None]":
    return models.PositiveIntegerField(
        null=True, blank=True, help_text=help_text, validators=[MaxValueValidator(most)]
    )


class PayoutPolicy(LevelScope):
    """What holds for withdrawals: one row for everything, others for a currency, a verification
    level, or both.

    The most specific row wins, member by member (``core.level_scope``). Amounts need a currency. A
    payout pins what it was requested under, so that an edit never touches one that is under way.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bank_account_wait_hours = _number("Before money can go to a new bank account.", 24 * 30)
    maximum_minor = _amount("The most of one withdrawal.")
    day_limit_minor = _amount("The most in any 24 hours.")
    month_limit_minor = _amount("The most in any 30 days.")
    approval_above_minor = _amount("More than this needs two operators.")
    account_day_payouts = _number(
        "More withdrawals to one account number in any 24 hours, from anybody, need two operators.",
        1000,
    )
    account_day_minor = _amount(
        "More to one account number in any 24 hours, from whomever, needs two operators."
    )
    shared_account_waits = models.BooleanField(
        null=True,
        blank=True,
        help_text="A withdrawal to a number that somebody else keeps, or that one came back from, "
        "needs two operators.",
    )
    held_sales_count = _number("So many first sales are held.", 100)
    held_sales_days = _number("For so many days after their release.", LONGEST_DAYS)
    reserve_bps = _number("Basis points of each release that are held back: 500 is 5 %.", 10_000)
    reserve_days = _number("For so many days after the release.", LONGEST_DAYS)
    return_window_days = _number("A paid withdrawal is asked about for so many days.", LONGEST_DAYS)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "payments_payout_policy"
        verbose_name_plural = "payout policies"
        constraints = (
            *constraints_of_scope("payments_payout_policy"),
            models.CheckConstraint(
                condition=Q(currency__isnull=False)
                | Q(
                    maximum_minor__isnull=True,
                    day_limit_minor__isnull=True,
                    month_limit_minor__isnull=True,
                    approval_above_minor__isnull=True,
                    account_day_minor__isnull=True,
                ),
                name="payments_payout_policy_amounts_need_currency",
                violation_error_message="An amount needs a currency.",
            ),
            models.CheckConstraint(
                condition=(Q(maximum_minor__isnull=True) | Q(maximum_minor__gte=0))
                & (Q(day_limit_minor__isnull=True) | Q(day_limit_minor__gte=0))
                & (Q(month_limit_minor__isnull=True) | Q(month_limit_minor__gte=0))
                & (Q(approval_above_minor__isnull=True) | Q(approval_above_minor__gte=0))
                & (Q(account_day_minor__isnull=True) | Q(account_day_minor__gte=0))
                & (Q(reserve_bps__isnull=True) | Q(reserve_bps__lte=10_000)),
                name="payments_payout_policy_in_range",
            ),
        )
