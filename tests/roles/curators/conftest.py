"""Pictures as judges see them, with one fault or none."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from haiga.core.collecting import Item, Passport, Seen
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of


@functools.cache
def _eye() -> Eye:
    return Eye()


@pytest.fixture(scope="session")
def painting() -> Callable[..., Image.Image]:
    """Makes a picture of many soft and hard shapes with grain, another for each seed."""

    def make(seed: int, width: int = 360, height: int = 270, hue: int = -1) -> Image.Image:
        rng = np.random.default_rng(seed)
        image = Image.new("RGB", (width, height), "#c9b48a")
        pen = ImageDraw.Draw(image)
        for _ in range(90):
            x, y = int(rng.integers(-20, width)), int(rng.integers(-20, height))
            w, h = (int(v) for v in rng.integers(6, 80, 2))
            turn = (
                int(rng.integers(0, 360)) if hue < 0 else (hue + int(rng.integers(-15, 16))) % 360
            )
            colour = f"hsl({turn}, {rng.integers(20, 70)}%, {rng.integers(15, 90)}%)"
            pen.ellipse((x, y, x + w, y + h), fill=colour)
        image = image.filter(ImageFilter.GaussianBlur(0.8))
        grain = rng.normal(0, 7, (height, width, 1))
        return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))

    return make


@pytest.fixture(scope="session")
def as_seen() -> Callable[..., list[Seen]]:
    """Makes of pictures what judges see; settings of the items come as lists by name."""

    def make(pictures: Sequence[Image.Image], **items: Sequence[Any]) -> list[Seen]:
        pixels: list[Picture] = [np.asarray(picture.convert("RGB")) for picture in pictures]
        seen = []
        for at, (picture, looks) in enumerate(zip(pixels, looks_of(pixels, _eye()), strict=True)):
            told = {name: values[at] for name, values in items.items()}
            columns = told.pop("columns", {})
            item = Item(
                id=f"{at + 1:08x}" * 8, number=at + 1, suffix=".png", bytes=picture.size,
                width=picture.shape[1], height=picture.shape[0], added_at="2026-01-01",
                passports=(Passport("folder", str(at), columns=columns),),
            )  # fmt: skip
            seen.append(Seen(Item(**{**vars(item), **told}), looks, picture, "PNG"))
        return seen

    return make
