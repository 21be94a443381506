"""Reads of the user service."""

from marketplace.users.queries.addresses import list_addresses, list_phone_numbers
from marketplace.users.queries.connected_providers import list_connected_providers
from marketplace.users.queries.consents import (
    check_consents,
    get_consents,
    list_policy_documents,
)
from marketplace.users.queries.erasures import ErasureOutlook, get_erasure_outlook, is_erased
from marketplace.users.queries.exports import get_export, list_exports
from marketplace.users.queries.factors import has_second_factor, list_factors
from marketplace.users.queries.matched_accounts import list_matched_accounts
from marketplace.users.queries.operators import get_operator, list_operators
from marketplace.users.queries.postal_addresses import get_postal_address, list_postal_addresses
from marketplace.users.queries.sales import list_differing_sales, list_differing_sellers
from marketplace.users.queries.sellers import get_seller
from marketplace.users.queries.shared_traces import shared_traces
from marketplace.users.queries.sign_ins import list_sign_ins
from marketplace.users.queries.users import (
    get_profile,
    get_public_card,
    get_public_cards,
    get_user,
    list_closed,
    list_emails,
    list_levels,
)
from marketplace.users.snapshots import ProfileSnapshot, PublicCard, UserSnapshot
from marketplace.users.verification.limits import LevelLimit, register_level_limits

__all__ = [
    "ErasureOutlook",
    "LevelLimit",
    "ProfileSnapshot",
    "PublicCard",
    "UserSnapshot",
    "check_consents",
    "get_consents",
    "get_erasure_outlook",
    "get_export",
    "get_operator",
    "get_postal_address",
    "get_profile",
    "get_public_card",
    "get_public_cards",
    "get_seller",
    "get_user",
    "has_second_factor",
    "is_erased",
    "list_addresses",
    "list_closed",
    "list_connected_providers",
    "list_differing_sales",
    "list_differing_sellers",
    "list_emails",
    "list_exports",
    "list_factors",
    "list_levels",
    "list_matched_accounts",
    "list_operators",
    "list_phone_numbers",
    "list_policy_documents",
    "list_postal_addresses",
    "list_sign_ins",
    "register_level_limits",
    "shared_traces",
]
