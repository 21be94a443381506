"""Flutterwave, in the version that the configuration names: v3 (secret key) or v4 (OAuth 2.0)."""

from marketplace.payments.providers.flutterwave.v3 import FlutterwaveV3
from marketplace.payments.providers.flutterwave.v4 import FlutterwaveV4

__all__ = ["FlutterwaveV3", "FlutterwaveV4"]
