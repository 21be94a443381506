"""Payment providers: one strategy each behind :class:`PaymentProvider`."""
