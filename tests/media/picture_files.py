"""Small picture files for tests: seeded noise in any format, and tables beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def noise(seed: int, width: int = 48, height: int = 48) -> Image.Image:
    """A picture of eight by eight random patches: no two seeds look alike."""
    patches = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC)


def write_pictures(folder: Path, names: Sequence[str], first: int = 0) -> Path:
    """Pictures of these names, each unlike the others; sub-folders are made."""
    for seed, name in enumerate(names, first):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise(seed).save(path)
    return folder


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A JSONL file of these records."""
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
