"""Small pieces to keep: real pictures, a few pixels each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from haiga.core.nouns import Mood, Piece, Poem, Style, Verdict

MakePiece = Callable[..., Piece]


@pytest.fixture
def make_piece() -> MakePiece:
    """Makes the piece of a seed; keywords replace its parts."""
    return piece_of


def piece_of(seed: int, **parts: Any) -> Piece:
    rng = np.random.default_rng(seed)
    painting, styled, sheet = (
        rng.integers(0, 256, (size, size, 3), dtype=np.uint8) for size in (8, 12, 16)
    )
    style = Style(
        id=f"style-{seed % 5}",
        title="Wheat Field",
        artist="Someone",
        date="1889",
        credit="a museum",
        licence="CC0-1.0",
        mood="love",
        valence=0.5,
        arousal=0.1,
        palette=((1, 2, 3),),
        code=(0.5,),
    )
    made: dict[str, Any] = {
        "id": f"auria-{seed:06d}",
        "seed": seed,
        "artist": "auria",
        "poem": Poem(("snow on the old pine", "—", "a crow’s call"), "haiku", details={"k": [1]}),
        "mood": Mood("love", 0.5, 0.1, "for the snow"),
        "painting": painting,
        "styled": styled,
        "sheet": sheet,
        "alt_text": "a pine in snow",
        "style": style,
        "verdicts": (Verdict("form", True, 1.0, "5-7-5"),),
        "recipe": {"kind": "piece", "seed": seed},
        "seconds": {"poem": 0.25},
    }
    return Piece(**{**made, **parts})
