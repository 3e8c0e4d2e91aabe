"""The fake makers as an installed plug-in, in this process, and an artist who uses them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from haiga.actions.makers import Makers
from haiga.archive.studio import Studio
from haiga.core import registry
from haiga.core.config import load_artist

FAKES = Path(__file__).parent.parent / "plugins" / "fakes"


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The distribution of fake makers on the path."""
    info = tmp_path / "site" / "fake_makers-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(FAKES / "entry_points.txt", info)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-makers\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(FAKES))
    monkeypatch.syspath_prepend(str(info.parent))
    registry._group.cache_clear()
    yield
    registry._group.cache_clear()


@pytest.fixture
def artist_file(fakes: None, tmp_path: Path) -> Path:
    """The fake artist's file, to be changed at will."""
    return Path(shutil.copy(FAKES / "fake.toml", tmp_path))


@pytest.fixture
def makers(artist_file: Path) -> Makers:
    return Makers(load_artist(artist_file))


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio.open(tmp_path / "studio")
