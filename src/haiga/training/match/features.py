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

    Goes on where it was stopped, and adds views to those there are; what another eye
    saw, or other crops, is made anew.
    """
    seen = [_view(pixels, rows, eye, folder / f"view-{v}", view=v, seed=seed) for v in range(views)]
    return Features(tuple(early for early, _ in seen), tuple(maps for _, maps in seen))


def _view(
    pixels: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.int64],
    eye: Eye,
    folder: Path,
    *,
    view: int,
    seed: int,
) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.float16]]:
    """Early (N, 256) and map (N, 384, 4, 4) of one view."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"eye": dict(eye.models), "rows": rows.tolist(), "seed": seed}
    note, progress = folder / "features.json", folder / "done.txt"
    shapes = {"early": (len(rows), EARLY), "maps": (len(rows), LATE, GRID, GRID)}
    paths = {name: folder / f"{name}.npy" for name in shapes}
    known = note.exists() and json.loads(note.read_text(encoding="utf-8")) == about
    if not known:  # what is left of another run says nothing of this one
        progress.unlink(missing_ok=True)
    done = int(progress.read_text()) if progress.exists() else 0
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
    starts = range(0, len(rows), PART)
    for number in range(done, len(starts)):
        start = starts[number]
        rng = np.random.default_rng([seed, view, start])
        crops = [pixels[row] for row in rows[start : start + PART]]
        seen, maps = eye.look([changed_view(c, rng) if view else np.asarray(c) for c in crops])
        place = slice(start, start + len(crops))
        side = maps.shape[-1] // GRID
        coarse = maps.reshape(len(maps), LATE, GRID, side, GRID, side).mean((3, 5))
        arrays["early"][place], arrays["maps"][place] = seen.early, coarse
        if number % 20 == 19 or number == len(starts) - 1:
            for array in arrays.values():
                array.flush()
            progress.write_text(str(number + 1))
            print(f"view {view}: the eye has seen {number + 1} of {len(starts)} parts", flush=True)
    return arrays["early"], arrays["maps"]
