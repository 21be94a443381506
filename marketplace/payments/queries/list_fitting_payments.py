from marketplace.payments.models import AttemptStatus, Payment, PaymentReview

MOST_SHOWN = 20


def list_fitting_payments(review: PaymentReview) -> list[Payment]:
    """Payments that what came under an unknown reference may have been meant for, newest first.

    Of the same amount and currency, and not paid; an order that has ended counts, since its buyer
    may have paid late. With the buyer's and the seller's accounts, in one query.
    """
    unpaid = Payment.objects.filter(
        currency=review.currency, amount_minor=review.amount_minor, held_attempt_id__isnull=True
    ).exclude(attempts__status=AttemptStatus.CAPTURED)
    return list(unpaid.select_related("user", "seller").order_by("-id")[:MOST_SHOWN])
