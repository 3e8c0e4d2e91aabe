"""A tiny flow painter, made once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from tiny_painter import make_flow


@pytest.fixture(scope="session")
def tiny_flow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a painter of random weights, with `flow`, encoder and decoder."""
    return make_flow(tmp_path_factory.mktemp("painters") / "flow")
