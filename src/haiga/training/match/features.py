"""The eye's views of cached crops, computed once and kept on disk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.eye import EARLY, LATE, Eye
from haiga.training.match.captions import Captioned
from haiga.training.match.material import Features
from haiga.training.nets.match import GRID

PART = 64
SOFT = 0.4
"""So many of the changed views lose their fine detail, as paintings of a network have none."""


def few_crops_a_work(crops: Sequence[Captioned]) -> npt.NDArray[np.int64]:
    """The indexes of the crops to learn from: of each work the first two, of fruit the first."""
    taken: Counter[str] = Counter()
    rows = []
    for crop in crops:
        taken[crop.work] += 1
        if taken[crop.work] <= (1 if crop.family == "fruit" else 2):
            rows.append(crop.index)
    return np.array(rows, np.int64)


def changed_view(crop: Picture, rng: np.random.Generator) -> Picture:
    """A random square of at least four fifths of a crop's side, perhaps mirrored, perhaps soft."""
    side = len(crop)
    size = int(rng.integers(round(0.8 * side), side + 1))
    top, left = rng.integers(0, side - size + 1, 2).tolist()
    part = crop[top : top + size, left : left + size]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    part = np.ascontiguousarray(part)
    if rng.random() < SOFT:
        small = int(rng.integers(40, 97))
        image = Image.fromarray(part).resize((small, small), Image.Resampling.LANCZOS)
        part = np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))
    return part


def write_features(
    pixels: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    eye: Eye,
    folder: Path,
    *,
    views: int,
    seed: int = 0,
) -> Features:
    """Embed the crops `pixels[rows]` in `views` views, the first of them unchanged.

    Goes on where it was stopped; what another eye saw, or other crops, is made anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = {"eye": dict(eye.models), "rows": rows.tolist(), "views": views, "seed": seed}
    note, progress = folder / "features.json", folder / "done.txt"
    shapes = {"early": (views, len(rows), EARLY), "maps": (views, len(rows), LATE, GRID, GRID)}
    paths = {name: folder / f"{name}.npy" for name in shapes}
    known = note.exists() and json.loads(note.read_text(encoding="utf-8")) == about
    done = int(progress.read_text()) if known and progress.exists() else 0
    arrays = {
        name: np.lib.format.open_memmap(
            paths[name],
            mode="r+" if done else "w+",
            dtype=None if done else np.float16,
            shape=None if done else shape,
        )
        for name, shape in shapes.items()
    }
    note.write_text(json.dumps(about), encoding="utf-8")
    parts = [(v, start) for v in range(views) for start in range(0, len(rows), PART)]
    for number, (view, start) in enumerate(parts):
        if number < done:
            continue
        rng = np.random.default_rng([seed, view, start])
        crops = [pixels[row] for row in rows[start : start + PART]]
        seen, maps = eye.look([changed_view(c, rng) if view else np.asarray(c) for c in crops])
        place = slice(start, start + len(crops))
        side = maps.shape[-1] // GRID
        coarse = maps.reshape(len(maps), LATE, GRID, side, GRID, side).mean((3, 5))
        arrays["early"][view, place], arrays["maps"][view, place] = seen.early, coarse
        if number % 20 == 19 or number == len(parts) - 1:
            for array in arrays.values():
                array.flush()
            progress.write_text(str(number + 1))
            print(f"the eye has seen {number + 1} of {len(parts)} parts", flush=True)
    return Features(arrays["early"], arrays["maps"])
