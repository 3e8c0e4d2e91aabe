"""Collections in a new studio."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.collection.store import Collection

sys.path.insert(0, str(Path(__file__).parent))  # for collection_source


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.new(tmp_path / "studio", "masks")
