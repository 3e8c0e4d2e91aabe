"""What is seen of each picture, place by place: the eye's map and its colours, kept on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour_map import TINTS, colour_maps
from haiga.features.eye import GRID, LATE, Eye
from haiga.training.captioners.gathering import Captioned, prepared

PART = 64
_LEAST_SIDE = 0.85
_SOFT = 0.4
"""So many of the changed views lose their fine detail, as paintings of a network have none."""

Maps = npt.NDArray[np.float16]


def see(found: Sequence[Captioned], eye: Eye, folder: Path, *, views: int, seed: int = 0) -> Maps:
    """What is seen of every picture in `views` views, (N, views, 396, 8, 8) float16.

    384 channels are the eye's late map, 12 the colours there (`colour_maps`).
    The first view is the picture, the others are cut, mirrored or made soft by chance. Goes on
    where it was stopped; what another eye saw, or other pictures, is looked at anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = [f"{one.collection}/{one.path.name}" for one in found]
    about = {"eye": dict(eye.models), "pictures": keys, "views": views, "seed": seed,
             "tints": TINTS}  # fmt: skip
    note, progress, path = (folder / name for name in ("seen.json", "done.txt", "maps.npy"))
    known = note.exists() and json.loads(note.read_text(encoding="utf-8")) == about
    done = int(progress.read_text(encoding="utf-8")) if known and progress.exists() else 0
    shape = (len(found), views, LATE + TINTS, GRID, GRID)
    if done:
        maps = np.lib.format.open_memmap(path, mode="r+")
    else:
        progress.unlink(missing_ok=True)
        maps = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
        note.write_text(json.dumps(about), encoding="utf-8")
    for start in range(done, len(found), PART):
        rng = np.random.default_rng([seed, start])
        part = found[start : start + PART]
        pictures = [prepared(one.path, one.collection) for one in part]
        looked = [p for picture in pictures for p in _views(picture, views, rng)]
        seen = np.concatenate([eye.maps(looked), colour_maps(looked)], 1).reshape(-1, *shape[1:])
        maps[start : start + len(part)] = seen
        if start // PART % 20 == 19 or start + PART >= len(found):
            maps.flush()
            progress.write_text(str(start + len(part)), encoding="utf-8")
            print(f"the eye has seen {start + len(part):,} of {len(found):,}", flush=True)
    return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]


def _views(picture: Picture, count: int, rng: np.random.Generator) -> list[Picture]:
    return [picture, *(_changed(picture, rng) for _ in range(count - 1))]


def _changed(picture: Picture, rng: np.random.Generator) -> Picture:
    """A random part of at least 0.85 of each side, perhaps mirrored, perhaps soft."""
    height, width = (
        max(1, round(side * rng.uniform(_LEAST_SIDE, 1))) for side in picture.shape[:2]
    )
    top = int(rng.integers(picture.shape[0] - height + 1))
    left = int(rng.integers(picture.shape[1] - width + 1))
    part = picture[top : top + height, left : left + width]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    part = np.ascontiguousarray(part)
    if rng.random() < _SOFT:
        small = int(rng.integers(40, 97))
        part = np.asarray(Image.fromarray(part).resize((small, small), Image.Resampling.BOX))
    return part
