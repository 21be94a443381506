"""What the admin's pages are made of, for every service.

`pages` registers those of what every service stands on.
"""

from marketplace.core.admin import pages
from marketplace.core.admin.large_tables import (
    EXACT_COUNT_UP_TO,
    EstimatingPaginator,
)
from marketplace.core.admin.parts import (
    WAITING,
    FastAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ReasonForm,
    at_text,
    money_text,
    operator,
    short_id,
    status_label,
    table,
    words,
)
from marketplace.core.admin.reasons import with_reason

__all__ = [
    "EXACT_COUNT_UP_TO",
    "WAITING",
    "EstimatingPaginator",
    "FastAdmin",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "ReasonForm",
    "at_text",
    "money_text",
    "operator",
    "pages",
    "short_id",
    "status_label",
    "table",
    "with_reason",
    "words",
]
