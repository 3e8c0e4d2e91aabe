"""Copies planted among pictures, each changed in one way that duplicates differ by."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageOps

Change = Callable[[Image.Image, np.random.Generator], Image.Image]


def reencoded(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Saved again as a JPEG of quality 30."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer).convert("RGB")


def quartered(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A quarter of each side, or as much more as leaves the shorter 32 pixels."""
    share = max(0.25, 32 / min(image.size))
    width, height = (round(share * side) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def cropped(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """70 % of each side, at any place."""
    width, height = (round(0.7 * side) for side in image.size)
    left = int(rng.integers(0, image.width - width + 1))
    top = int(rng.integers(0, image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def hue_shifted(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Every hue turned by 40 to 180 degrees either way (HSV)."""
    hue, saturation, value = image.convert("HSV").split()
    turn = int(rng.integers(28, 128)) * int(rng.choice([-1, 1]))
    turned = Image.fromarray(((np.asarray(hue).astype(int) + turn) % 256).astype(np.uint8))
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


CHANGES: dict[str, Change] = {
    "exact": lambda image, rng: image.copy(),
    "re-encoded, quality 30": reencoded,
    "a quarter of the size": quartered,
    "mirrored": lambda image, rng: ImageOps.mirror(image),
    "cropped to 70 %": cropped,
    "hue shifted": hue_shifted,
}


def planted(
    images: Sequence[Image.Image], families: int, rng: np.random.Generator
) -> list[tuple[Image.Image, int, str]]:
    """Relatives of the first `families` images: the image, whose relative, in which way.

    Each has one to five, all of different kinds, the kinds in turn so that all are as many.
    """
    names, found, at = list(CHANGES), [], 0
    for base in range(families):
        for _ in range(int(rng.integers(1, 6))):
            name = names[at % len(names)]
            found.append((CHANGES[name](images[base], rng), base, name))
            at += 1
    return found
