"""Do words move the picture the right way?

    python benchmarks/painter_words.py [--seeds 50]

Paints each text and a neutral one with the same seeds and counts how often the
picture moved as the word asks: snow brighter and less saturated, night darker,
sunset warmer, grass greener, sea bluer. Prints a table and the machine.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable

import numpy as np

from haiga.core.nouns import Picture, Poem
from haiga.roles.painters.flow import FlowPainter

NEUTRAL = "a landscape"


def light(picture: Picture) -> float:
    """Mean of the lightest and darkest channel, in [0, 1]."""
    rgb = picture.astype(np.float64) / 255
    return float((rgb.max(-1) + rgb.min(-1)).mean() / 2)


def chroma(picture: Picture) -> float:
    """Mean spread of the channels, in [0, 1]."""
    rgb = picture.astype(np.float64) / 255
    return float((rgb.max(-1) - rgb.min(-1)).mean())


def balance(picture: Picture, channel: int, against: int) -> float:
    """Mean difference of two channels, in [-1, 1]."""
    return float((picture[..., channel].astype(float) - picture[..., against]).mean() / 255)


CASES: tuple[tuple[str, str, Callable[[Picture, Picture], bool]], ...] = (
    ("snow in a winter landscape", "brighter", lambda a, b: light(a) > light(b)),
    ("snow in a winter landscape", "less saturated", lambda a, b: chroma(a) < chroma(b)),
    ("a landscape at night", "darker", lambda a, b: light(a) < light(b)),
    ("sunset over a landscape", "warmer", lambda a, b: balance(a, 0, 2) > balance(b, 0, 2)),
    (
        "green grass, a spring landscape",
        "greener",
        lambda a, b: balance(a, 1, 0) > balance(b, 1, 0),
    ),
    ("the blue sea", "bluer", lambda a, b: balance(a, 2, 0) > balance(b, 2, 0)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--model", default="painter")
    args = parser.parse_args()
    painter = FlowPainter(guidance=args.guidance, steps=args.steps, model=args.model)
    seeds = list(range(1000, 1000 + args.seeds))
    started = time.perf_counter()
    made = {
        text: painter.paint([Poem((text,))] * len(seeds), seeds=seeds)
        for text in dict.fromkeys([NEUTRAL, *(text for text, _, _ in CASES)])
    }
    seconds = (time.perf_counter() - started) / (len(made) * len(seeds))
    print(
        f"{args.seeds} seeds, guidance {args.guidance}, {args.steps} steps; {platform.processor()}"
    )
    print(f"| against '{NEUTRAL}' | should be | is |\n| --- | --- | --- |")
    for text, how, holds in CASES:
        right = sum(holds(a, b) for a, b in zip(made[text], made[NEUTRAL], strict=True))
        print(f"| {text} | {how} | {right / len(seeds):.0%} |")
    print(f"{seconds:.2f} s a picture")


if __name__ == "__main__":
    main()
