"""The artists inside the package are sound, and different."""

from __future__ import annotations

import tomllib

import pytest

from haiga.core.config import ARTISTS, artist_names, load_artist
from haiga.gallery.seal import read_mark
from haiga.gallery.settings import read_sheet_settings


def test_auria_and_shiro_are_there() -> None:
    assert {"auria", "shiro"} <= set(artist_names())


@pytest.mark.parametrize("name", sorted(path.stem for path in ARTISTS.glob("*.toml")))
def test_a_bundled_artist_can_be_read_and_sealed(name: str) -> None:
    table = tomllib.loads((ARTISTS / f"{name}.toml").read_text(encoding="utf-8"))
    read_sheet_settings(table["sheet"], f"{name}.toml: sheet")
    read_mark(table["sheet"]["seal"])
    artist = load_artist(name)
    assert artist.name == name
    assert artist.about
    assert len(artist.statement) > 100
