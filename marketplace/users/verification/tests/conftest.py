from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages


@pytest.fixture(autouse=True)
def private_files(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Sealed files of one test, in a folder of its own."""
    folder = tmp_path / "private"
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        },
    }
    storages._storages.clear()  # type: ignore[attr-defined]
    yield folder
    storages._storages.clear()  # type: ignore[attr-defined]
