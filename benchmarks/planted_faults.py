"""Pictures with one fault each, made of good ones or drawn: what each judge should find."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

Fault = Callable[[Image.Image, np.random.Generator], Image.Image]

WORDS = (
    "the of and to in a is that for it was on are as with his they at be this from have or by one "
    "had not but what all were when we there can an your which their said if will each about how "
    "up out them then she many some so these would other into has more her two like him see time"
).split()


def saved(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """As it comes back from a JPEG of quality 70 to 95."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=int(rng.integers(70, 96)))
    return Image.open(buffer).convert("RGB")


def blurred(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    radius = max(image.size) * rng.uniform(0.008, 0.025)
    return saved(image.filter(ImageFilter.GaussianBlur(radius)), rng)


def blown_up(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    times = rng.uniform(4, 8)
    small = image.resize([max(8, round(side / times)) for side in image.size])
    return saved(small.resize(image.size, Image.Resampling.BICUBIC), rng)


def dark(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    share = rng.uniform(0.08, 0.22)
    return saved(image.point(lambda level: level * share), rng)


def blank(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    level = rng.integers(60, 256, 3)
    grain = rng.normal(0, rng.uniform(0, 4), (*image.size[::-1], 1))
    shade = np.linspace(0, rng.uniform(0, 12), image.width)[None, :, None]
    return saved(Image.fromarray(np.clip(level + grain - shade, 0, 255).astype(np.uint8)), rng)


def bordered(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    colour = tuple(int(v) for v in (rng.choice([0, 20, 128, 245, 255]) + rng.integers(-6, 7, 3)))
    width = max(3, round(max(image.size) * rng.uniform(0.06, 0.2)))
    return saved(ImageOps.expand(image, width, tuple(min(255, max(0, v)) for v in colour)), rng)


def watermarked(image: Image.Image, rng: np.random.Generator, tiled: bool = True) -> Image.Image:
    layer = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(layer)
    size = max(9, round(max(image.size) * rng.uniform(0.045, 0.08)))
    font = ImageFont.load_default(size)
    word = str(rng.choice(["sample", "stock photo", "preview", "(c) studio", "do not copy"]))
    if tiled:
        wide = round(size * len(word) * 0.62)
        for row, y in enumerate(range(0, image.height, round(size * 2.4))):
            for x in range(-(row % 2) * wide // 2, image.width, round(wide * 1.25)):
                pen.text((x, y), word, fill=255, font=font)
        if rng.random() < 0.5:
            turned = Image.new("L", image.size, 0)
            turned.paste(layer.rotate(30, Image.Resampling.BICUBIC))
            layer = turned
    else:
        pen.text((image.width * 0.35, image.height - size * 1.6), word, fill=255, font=font)
    strength = rng.uniform(0.35, 0.7)
    white = Image.new("RGB", image.size, "white")
    return saved(Image.composite(white, image, layer.point(lambda v: v * strength)), rng)


def signed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return watermarked(image, rng, tiled=False)


def screenshot(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    page = Image.new("RGB", (640, 400), _pale(rng))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 640, 28), fill=_deep(rng))
    pen.text((10, 7), _line(rng, 4), fill="white", font=ImageFont.load_default(13))
    pen.rectangle((0, 28, 130, 400), fill=_pale(rng))
    for row in range(int(rng.integers(5, 11))):
        pen.text((10, 44 + 26 * row), _line(rng, 2), fill=_deep(rng))
    for box in range(int(rng.integers(1, 4))):
        x, y = 150, 44 + 112 * box
        pen.rounded_rectangle((x, y, 620, y + 100), 6, fill="white", outline=(190, 190, 190))
        for row in range(4):
            pen.text((x + 12, y + 10 + 20 * row), _line(rng, 8), fill=(40, 40, 40))
        pen.rounded_rectangle((550, y + 70, 610, y + 90), 4, fill=_deep(rng))
    return saved(page.resize((512, 320), Image.Resampling.LANCZOS), rng)


def text_page(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    page = Image.new("RGB", (480, 640), tuple(int(v) for v in rng.integers(235, 256, 3)))
    pen = ImageDraw.Draw(page)
    size = int(rng.integers(10, 17))
    font = ImageFont.load_default(size)
    for y in range(36, 600, round(size * 1.4)):
        pen.text((36, y), _line(rng, 60 // size * 2), fill=(25, 25, 30), font=font)
    return saved(page.resize((384, 512), Image.Resampling.LANCZOS), rng)


def clip_art(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    page = Image.new("RGB", (1_024, 1_024), "white" if rng.random() < 0.6 else _pale(rng))
    pen = ImageDraw.Draw(page)
    for _ in range(int(rng.integers(4, 12))):
        x, y = rng.integers(40, 800, 2)
        w, h = rng.integers(80, 400, 2)
        box = (int(x), int(y), int(min(x + w, 1_000)), int(min(y + h, 1_000)))
        line = int(rng.choice([0, 6, 12]))
        shape = int(rng.integers(3))
        if shape == 0:
            pen.ellipse(box, fill=_deep(rng), outline="black", width=line)
        elif shape == 1:
            pen.rounded_rectangle(box, 30, fill=_deep(rng), outline="black", width=line)
        else:
            corners = [tuple(int(v) for v in rng.integers(40, 980, 2)) for _ in range(3)]
            pen.polygon(corners, fill=_deep(rng), outline="black", width=max(1, line))
    return saved(page.resize((512, 512), Image.Resampling.LANCZOS), rng)


FAULTS: dict[str, tuple[str, Fault]] = {
    "blurred": ("blurred.v1", blurred),
    "blown up 4 to 8 times": ("blurred.v1", blown_up),
    "darkened": ("dark.v1", dark),
    "blank pages": ("blank.v1", blank),
    "bordered": ("border.v1", bordered),
    "screenshots": ("graphic.v1", screenshot),
    "pages of text": ("graphic.v1", text_page),
    "clip-art": ("graphic.v1", clip_art),
    "watermark, tiled": ("watermark.v1", watermarked),
    "watermark, once": ("watermark.v1", signed),
}
"""Kinds of fault, each with the judge that should find it and how one is made."""


def _line(rng: np.random.Generator, words: int) -> str:
    return " ".join(rng.choice(WORDS, max(1, words)))


def _pale(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(220, 256, 3)
    return int(red), int(green), int(blue)


def _deep(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(20, 220, 3)
    return int(red), int(green), int(blue)
