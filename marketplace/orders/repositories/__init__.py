from marketplace.orders.repositories.cancellation_requests import CancellationRequestRepository
from marketplace.orders.repositories.deadlines import DeadlineRepository
from marketplace.orders.repositories.history import HistoryRepository
from marketplace.orders.repositories.orders import OrderRepository
from marketplace.orders.repositories.policies import PolicyRepository

__all__ = [
    "CancellationRequestRepository",
    "DeadlineRepository",
    "HistoryRepository",
    "OrderRepository",
    "PolicyRepository",
]
