from marketplace.payments.tests.conftest import provider

__all__ = ["provider"]
