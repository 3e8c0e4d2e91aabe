"""Pictures drawn from a seed: a ground of soft tones with strokes, discs and squares on it."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from haiga.core.nouns import Picture


def drawn(seed: int, width: int = 150, height: int = 120) -> Picture:
    """A picture of its own for each seed."""
    rng = np.random.default_rng(seed)
    ground = Image.fromarray(rng.integers(40, 216, (5, 6, 3)).astype(np.uint8))
    image = ground.resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        size, colour = rng.uniform(8, 40), tuple(rng.integers(0, 256, 3).tolist())
        end = (x + rng.uniform(-size, size), y + rng.uniform(-size, size))
        box = (x, y, x + size, y + size * rng.uniform(0.4, 1.0))
        kind = int(rng.integers(3))
        if kind == 0:
            pen.line((x, y, *end), fill=colour, width=int(rng.integers(2, 6)))
        elif kind == 1:
            pen.ellipse(box, fill=colour)
        else:
            pen.rectangle(box, outline=colour, width=3)
    return np.asarray(image)
