"""``ETag`` and ``If-Match`` of a product."""

from marketplace.core.api.versions import etag, expected_version

__all__ = ["etag", "expected_version"]
