"""What several rooms' tests stand on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def unwritable_folder() -> Iterator[Path]:
    """A folder that others than root may read and not write; outside pytest's private one."""
    outer = Path(tempfile.mkdtemp(prefix="haiga-test-"))
    outer.chmod(0o755)
    folder = outer / "shut"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(outer)
