"""Each judge finds its fault and passes a sound picture; none minds another's fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from haiga.core import registry
from haiga.core.errors import UserError

Change = Callable[[Image.Image], Image.Image]

PIXELS = ("blank.v1", "blurred.v1", "border.v1", "dark.v1", "graphic.v1", "watermark.v1")


def watermarked(image: Image.Image) -> Image.Image:
    layer = Image.new("L", image.size, 0)
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(22)
    for row, y in enumerate(range(0, image.height, 55)):
        for x in range(-60 * (row % 2), image.width, 120):
            pen.text((x, y), "sample", fill=130, font=font)
    return Image.composite(Image.new("RGB", image.size, "white"), image, layer)


def page(image: Image.Image) -> Image.Image:
    made = Image.new("RGB", (400, 500), "white")
    pen = ImageDraw.Draw(made)
    for y in range(30, 470, 16):
        pen.text((30, y), "the rain has stopped and all of the hills are blue", fill="black")
    return made


def clip_art(image: Image.Image) -> Image.Image:
    made = Image.new("RGB", (400, 400), "#f4f0ff")
    pen = ImageDraw.Draw(made)
    pen.ellipse((60, 60, 220, 220), fill="#d03030", outline="black", width=5)
    pen.polygon([(200, 360), (360, 360), (280, 180)], fill="#3060c0", outline="black", width=5)
    return made


FAULTS: dict[str, tuple[str, Change]] = {
    "blank": ("blank.v1", lambda image: Image.new("RGB", (300, 200), "#efe8d8")),
    "blurred": ("blurred.v1", lambda image: image.filter(ImageFilter.GaussianBlur(4))),
    "blown up": (
        "blurred.v1",
        lambda image: image.resize((60, 45)).resize((360, 270), Image.Resampling.BICUBIC),
    ),
    "framed in black": ("border.v1", lambda image: ImageOps.expand(image, 30, "black")),
    "on a white page": ("border.v1", lambda image: ImageOps.expand(image, (40, 0), "white")),
    "dark": ("dark.v1", lambda image: image.point(lambda level: level * 0.2)),
    "a page of text": ("graphic.v1", page),
    "clip-art": ("graphic.v1", clip_art),
    "watermarked": ("watermark.v1", watermarked),
}


@pytest.mark.parametrize("name", PIXELS)
def test_a_sound_picture_is_kept(name: str, painting: Any, as_seen: Any) -> None:
    judge = registry.make("curator", name, {})
    for verdict in judge.judge(as_seen([painting(seed) for seed in range(3)])):
        assert verdict.keep, verdict.reason
        assert verdict.score >= 0.5


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_found_by_its_judge(kind: str, painting: Any, as_seen: Any) -> None:
    name, change = FAULTS[kind]
    judge = registry.make("curator", name, {})
    (verdict,) = judge.judge(as_seen([change(painting(1))]))
    assert not verdict.keep
    assert verdict.score < 0.5


def test_a_band_of_sky_is_no_border(painting: Any, as_seen: Any) -> None:
    landscape = np.asarray(painting(1)).copy()
    landscape[:60] = (180, 200, 230)
    (verdict,) = registry.make("curator", "border.v1", {}).judge(
        as_seen([Image.fromarray(landscape)])
    )
    assert verdict.keep


def test_size_and_shape_are_those_of_the_file(painting: Any, as_seen: Any) -> None:
    pictures = [painting(1)] * 3
    seen = as_seen(pictures, width=[4_000, 200, 4_000], height=[3_000, 3_000, 900])
    small = registry.make("curator", "small.v1", {}).judge(seen)
    assert [verdict.keep for verdict in small] == [True, False, True]
    assert small[1].reason == "is small: 200 × 3000 px, and its shorter side should have 256"
    aspect = registry.make("curator", "aspect.v1", {"most": 4.0}).judge(seen)
    assert [verdict.keep for verdict in aspect] == [True, False, False]


def test_a_threshold_is_a_setting_and_a_senseless_one_is_refused(
    painting: Any, as_seen: Any
) -> None:
    seen = as_seen([painting(1)], width=[300], height=[300])
    assert registry.make("curator", "small.v1", {"least_px": 300}).judge(seen)[0].keep
    assert not registry.make("curator", "small.v1", {"least_px": 301}).judge(seen)[0].keep
    with pytest.raises(UserError, match="curator 'dark.v1': least: 300.0 is outside 0 to 255"):
        registry.make("curator", "dark.v1", {"least": 300.0})
