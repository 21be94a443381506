"""Reads of verification."""

from marketplace.users.verification.queries.get_overview import Overview, get_case, get_overview
from marketplace.users.verification.snapshots import CaseSnapshot

__all__ = ["CaseSnapshot", "Overview", "get_case", "get_overview"]
