"""The bundled poet with a hundred haiku it wrote, and a tiny poet, made once for this folder."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest

from haiga.core.nouns import Poem
from haiga.roles.poets.lstm import LstmPoet

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))


@functools.cache
def _poet() -> LstmPoet:
    return LstmPoet(candidates=12)


@functools.cache
def _hundred() -> tuple[Poem, ...]:
    return tuple(_poet().write([""] * 100, form="haiku", seeds=range(1000, 1100)))


@pytest.fixture
def poet() -> LstmPoet:
    """The bundled poet with few drafts a poem, for speed."""
    return _poet()


@pytest.fixture
def hundred() -> tuple[Poem, ...]:
    """A hundred haiku about nothing in particular."""
    return _hundred()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny word-level poet."""
    from tiny_poet import make_poet

    return str(make_poet(tmp_path_factory.mktemp("poets") / "tiny"))
