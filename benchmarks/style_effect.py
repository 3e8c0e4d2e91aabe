"""What does `brush.v1` change, and what does it keep?

    python benchmarks/style_effect.py --pictures FOLDER [--count 40] [--strength 0.6]

FOLDER holds photographs or paintings that are no part of the style bank. Each is
brought down to 128 px and enlarged to 1,024, as pictures come from the painter,
and painted after an artwork drawn by the seed. For each medium:

colour    distance of OKLab means and deviations to the artwork's, after over before
detail    mean difference of neighbouring pixels, after over before (soft is 1)
drawing   correlation of lightness on a 16 x 16 grid with the picture's
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from machine import machine_line
from PIL import Image

from haiga.core.nouns import Picture, Style
from haiga.core.seeds import generator
from haiga.features.colour import colour_statistics, oklab
from haiga.roles.stylists.brush import BrushStylist
from haiga.roles.stylists.code import MEDIA, unpacked


def soft(path: Path) -> Picture:
    """The middle square of a picture at 128 px, enlarged to 1,024."""
    image = Image.open(path).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    small = image.crop((left, top, left + side, top + side)).resize((128, 128), 1)
    return np.asarray(small.resize((1024, 1024), Image.Resampling.LANCZOS))


def colour_distance(picture: Picture, style: Style) -> float:
    seen = colour_statistics(oklab(picture[::4, ::4]))
    wanted = unpacked(style.code, style.id).colour
    spread = np.sqrt(np.diag(seen.covariance)) - np.sqrt(np.diag(wanted.covariance))
    return float(np.linalg.norm(seen.mean - wanted.mean) + np.linalg.norm(spread))


def detail(picture: Picture) -> float:
    grey = picture.astype(np.float32).mean(axis=-1)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def grid(picture: Picture) -> np.ndarray:
    return oklab(picture)[..., 0].reshape(16, 64, 16, 64).mean(axis=(1, 3)).ravel()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=Path, required=True)
    options.add_argument("--count", type=int, default=40)
    options.add_argument("--strength", type=float, default=0.6)
    asked = options.parse_args()
    paths = sorted(asked.pictures.glob("*.jpg"))
    chosen = generator(0, "pictures").permutation(len(paths))[: asked.count]
    stylist = BrushStylist()
    by_medium = defaultdict(list)
    for style in stylist.styles():
        by_medium[unpacked(style.code, style.id).medium].append(style)
    print(machine_line() + "\n")
    print("| medium | colour | detail | drawing |\n|---|---|---|---|")
    for medium in MEDIA:
        figures = []
        for seed, index in enumerate(chosen):
            picture = soft(paths[index])
            pick = int(generator(seed, "style").integers(len(by_medium[medium])))
            style = by_medium[medium][pick]
            (after,) = stylist.restyle(
                [picture], styles=[style], strength=asked.strength, seeds=[seed]
            )
            before, now = colour_distance(picture, style), colour_distance(after, style)
            alike = float(np.corrcoef(grid(picture), grid(after))[0, 1])
            figures.append((now / before, detail(after) / detail(picture), alike))
        colour, fine, drawing = np.median(figures, axis=0)
        print(f"| {medium} | {colour:.2f} | {fine:.1f} | {drawing:.2f} |", flush=True)


if __name__ == "__main__":
    main()
