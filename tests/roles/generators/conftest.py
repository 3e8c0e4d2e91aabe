"""Tiny generators, with and without labels and codes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.roles.generators.latent import LatentGenerator

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from tiny_generator import CODES, make_generator


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> LatentGenerator:
    folder = make_generator(tmp_path_factory.mktemp("models") / "plain")
    return LatentGenerator(model=str(folder), threads=1)


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> LatentGenerator:
    folder = make_generator(
        tmp_path_factory.mktemp("models") / "labelled", labels=("Apple", "Plum", "Quince")
    )
    return LatentGenerator(model=str(folder), threads=1)


@pytest.fixture(scope="session")
def coded(tmp_path_factory: pytest.TempPathFactory) -> LatentGenerator:
    folder = make_generator(tmp_path_factory.mktemp("models") / "coded", codes=CODES)
    return LatentGenerator(model=str(folder), threads=1)
