"""When the timers of an order end: its pinned terms, counted from a moment."""

from datetime import datetime, timedelta

from marketplace.orders.models import Order


def scan_due_at(order: Order, since: datetime) -> datetime:
    return since + timedelta(days=order.terms.scan_within_days)


def answer_due_at(order: Order, since: datetime) -> datetime:
    return since + timedelta(hours=order.terms.cancellation_answer_hours)


def inspection_window(order: Order) -> timedelta:
    return order.terms.inspection_window(
        is_tracked=order.is_tracked, is_in_person=order.is_in_person
    )


def reminder_lead(order: Order) -> timedelta:
    """How long before the end of the inspection window the buyer is reminded."""
    return order.terms.reminder_before(inspection_window(order))
