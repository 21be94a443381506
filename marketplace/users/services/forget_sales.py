from django.db import connection

from marketplace.core.db import needs_transaction
from marketplace.users.models import SellerSale, SellerStats


@needs_transaction
def forget_sales() -> None:
    """Begin every seller's sums anew; whoever owns orders feeds them all again.

    Until the caller's transaction ends, pages read the old sums and ``follow_sale`` waits: a sale
    that is counted in between would be known and yet in no sum.
    """
    tables = ", ".join(model._meta.db_table for model in (SellerSale, SellerStats))
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
    SellerSale.objects.all().delete()
    SellerStats.objects.all().delete()
