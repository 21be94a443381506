"""Where pictures of products lie: the storage interface, by name."""

from typing import Any

from django.core.files.storage import default_storage


def image_url(name: str) -> str:
    """The address a browser fetches ``name`` from; "" for no picture."""
    return default_storage.url(name) if name else ""


def thumbnail_url(images: list[dict[str, Any]]) -> str:
    """The address of the first picture's thumbnail; "" when there is none."""
    return image_url(images[0]["thumbnail"]["name"]) if images else ""
