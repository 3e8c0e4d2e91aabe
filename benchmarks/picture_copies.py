"""Does the copy check find copies, and leave real new pictures alone?

    python benchmarks/picture_copies.py --pictures DIR [--where COND] [--size 64] [--model eye]

The pictures are parted as training parts them. Half of the held-out works set the threshold;
the other half are real new pictures, of which it should call no more copies than it says.
Copies of training pictures are changed in one way each; told is the share found, and how
often the picture it was made of was named. `rough` is moved, blurred, noisy and recoloured
at once. Beside each stands what the layout without whitening finds at the same rate.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from machine import machine_line
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.hashes import thumbnails
from haiga.features.picture_views import mirrored
from haiga.inspection.picture_copies import CopyCheck
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.training.pictures.store import build_store

Change = Callable[[Picture, np.random.Generator], Picture]


def shown(picture: Picture, left: float, top: float, side: float) -> Picture:
    """The square of that side at that place, all in sides of the picture, edges repeated."""
    size, margin = len(picture), len(picture) // 5
    wide = np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    box = tuple(margin + size * value for value in (left, top, left + side, top + side))
    image = Image.fromarray(wide).resize((size, size), Image.Resampling.BICUBIC, box=box)
    return np.asarray(image)


def recoloured(picture: Picture, rng: np.random.Generator) -> Picture:
    changed = picture * rng.uniform(0.75, 1.25, 3) + rng.uniform(-20, 20, 3)
    return np.clip(changed, 0, 255).astype(np.uint8)


def blurred(picture: Picture, rng: np.random.Generator) -> Picture:
    size = len(picture)
    small = Image.fromarray(picture).resize((size * 5 // 16,) * 2, Image.Resampling.LANCZOS)
    soft = np.asarray(small.resize((size, size), Image.Resampling.BICUBIC), np.float64)
    return np.clip(soft + rng.normal(0, 8, soft.shape), 0, 255).astype(np.uint8)


def jpeg(picture: Picture, rng: np.random.Generator) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=30)
    return np.asarray(Image.open(buffer))


def moved(picture: Picture, rng: np.random.Generator) -> Picture:
    return shown(picture, rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.05), 1)


def rough(picture: Picture, rng: np.random.Generator) -> Picture:
    return recoloured(blurred(moved(picture, rng), rng), rng)


CHANGES: dict[str, Change] = {
    "exact": lambda p, rng: p,
    "mirrored": lambda p, rng: mirrored([p])[0],
    "90 % of it": lambda p, rng: shown(p, 0.05, 0.05, 0.9),
    "90 %, a corner": lambda p, rng: shown(p, 0.0, 0.0, 0.9),
    "80 % of it": lambda p, rng: shown(p, 0.1, 0.1, 0.8),
    "made smaller": lambda p, rng: shown(p, -0.05, -0.05, 1.1),
    "moved": moved,
    "recoloured": recoloured,
    "JPEG, quality 30": jpeg,
    "blurred, noisy": blurred,
    "rough": rough,
    "rough, mirrored": lambda p, rng: mirrored([rough(p, rng)])[0],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--copies", type=int, default=100)
    parser.add_argument("--model", default="eye")
    o = parser.parse_args()
    rng = np.random.default_rng(0)
    eye = Eye(model=o.model)
    with tempfile.TemporaryDirectory() as folder:
        read = read_pictures(PictureChoice(o.pictures, tuple(o.where)))
        store = build_store(read, Path(folder), size_px=o.size, tell=lambda _: None)
        train = [np.array(store.pixels[i]) for i in store.train]
        held = [np.array(store.pixels[i]) for i in rng.permutation(store.held_out)]
    known, new = held[::2], held[1::2]
    print(machine_line())
    start = time.process_time()
    check = CopyCheck.calibrate(eye, train, known)
    print(f"{len(train):,} to learn from, {len(known)} set the threshold ({check.threshold:.3f}), "
          f"{time.process_time() - start:.0f} s of CPU")  # fmt: skip
    start = time.process_time()
    found = check.judge(new)
    spent = (time.process_time() - start) / len(new)
    plain = flat_layout(train)
    limit = np.sort(plain(known)[0])[max(1, int(0.01 * (len(known) + 1))) - 1]
    print(f"real new pictures called copies: {found.copies.sum()} of {len(new)} "
          f"({found.share.low:.1%} to {found.share.high:.1%}); expected "
          f"{check.false_alarms:.1%}, at most {check.false_alarms_high:.1%}; "
          f"{1000 * spent:.0f} ms a picture")  # fmt: skip
    places = rng.permutation(len(train))[: o.copies]
    mixed = [train[i] for i in rng.permutation(len(train))[: o.copies]]
    made = {name: [change(train[i], rng) for i in places] for name, change in CHANGES.items()}
    for share in (0.15, 0.3, 0.5):
        made[f"blended, {share:.0%} another"] = [
            ((1 - share) * train[i] + share * other).astype(np.uint8)
            for i, other in zip(places, mixed, strict=True)
        ]
    print(f"{'':24} found  traced  layout alone, not whitened")
    for name, pictures in made.items():
        found = check.judge(pictures)
        traced = (found.nearest == places)[found.copies].mean() if found.copies.any() else 0.0
        flat = (plain(pictures)[0] < limit).mean()
        print(f"{name:24} {found.share.value:5.0%}  {traced:6.0%}  {flat:5.0%}", flush=True)


def flat_layout(train: list[Picture]) -> Callable[[list[Picture]], tuple[np.ndarray, np.ndarray]]:
    """Nearest distances by thumbnails as they are, as they come and mirrored."""
    known = thumbnails(train)
    known /= np.linalg.norm(known, axis=1, keepdims=True)

    def nearest(pictures: list[Picture]) -> tuple[np.ndarray, np.ndarray]:
        best = np.full(len(pictures), np.inf)
        place = np.zeros(len(pictures), int)
        for turned in (pictures, mirrored(pictures)):
            own = thumbnails(turned)
            apart = 1 - own @ known.T / np.linalg.norm(own, axis=1, keepdims=True)
            nearer = apart.min(1) < best
            best[nearer], place[nearer] = apart.min(1)[nearer], apart.argmin(1)[nearer]
        return best, place

    return nearest


if __name__ == "__main__":
    main()
