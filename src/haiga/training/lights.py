"""The same landscape in another light: snow, night, sunset, mist, autumn and spring.

Few paintings show snow or a sunset, and rules that look for them mistake pale
rooms and brown varnish for either. So landscapes are also taught regraded, with
the words for the light they were given. This is an augmentation; the card of a
painter trained with it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Levels = npt.NDArray[np.float32]
"""(H, W, 3) in [0, 1]."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def _luma(rgb: Levels) -> Levels:
    return np.asarray((rgb * LUMA).sum(-1, keepdims=True))  # (H, W, 1)


def _height(rgb: Levels) -> Levels:
    """0 at the top edge, 1 at the bottom, (H, 1, 1)."""
    return np.linspace(0, 1, len(rgb), dtype=np.float32)[:, None, None]


def _stretched(luma: Levels) -> Levels:
    """Luma with its 2nd and 98th percentiles brought to 0.05 and 0.95, to bite on."""
    low, high = np.quantile(luma, [0.02, 0.98])
    return np.asarray(np.clip(0.05 + 0.9 * (luma - low) / max(high - low, 0.15), 0, 1))


def snow(rgb: Levels, depth: float) -> Levels:
    """The ground white, the sky pale and cold, the darkest strokes kept."""
    luma = _stretched(_luma(rgb))
    lying = np.clip(0.25 + 0.9 * _height(rgb), 0, 1) * depth
    white = 1 - (1 - luma) ** (1.6 + 1.4 * lying)
    white = 0.22 + 0.78 * white
    tint = np.array([0.955, 0.985, 1.02], np.float32)
    return np.asarray(white * tint + 0.18 * (rgb - _luma(rgb)))


def night(rgb: Levels, depth: float) -> Levels:
    """Dark and blue; what was lightest glimmers."""
    luma = _stretched(_luma(rgb))
    dark = 0.03 + (0.36 - 0.12 * depth) * luma**1.2 + 0.22 * np.clip(luma - 0.75, 0, 1)
    tint = np.array([0.62, 0.82, 1.3], np.float32)
    return np.asarray(dark * tint + 0.12 * (rgb - _luma(rgb)))


def sunset(rgb: Levels, depth: float) -> Levels:
    """A sky from rose above to gold at the horizon, the ground in warm shadow."""
    luma = _stretched(_luma(rgb))
    height = _height(rgb)
    rose = np.array([0.86, 0.50, 0.47], np.float32)
    gold = np.array([1.12, 0.68, 0.30], np.float32)
    ground = np.array([0.62, 0.40, 0.33], np.float32)
    upper = np.clip(height / 0.55, 0, 1)
    sky = rose + (gold - rose) * upper**1.5
    share = 1 / (1 + np.exp(-(height - 0.6) * 14))
    light = sky + (ground - sky) * share
    graded = light * (0.25 + 0.85 * luma)
    return np.asarray(graded + (0.35 - 0.2 * depth) * (rgb - _luma(rgb)))


def mist(rgb: Levels, depth: float) -> Levels:
    """Far things (the upper half) fade into a pale veil; near ones stay drawn."""
    luma = _luma(rgb)
    soft = luma + 0.45 * (rgb - luma)
    veil = np.array([0.86, 0.865, 0.86], np.float32)
    share = np.clip((0.9 - 0.75 * _height(rgb) ** 1.6), 0.1, 0.85) * (0.6 + 0.4 * depth)
    return np.asarray(soft + (veil - soft) * share)


def autumn(rgb: Levels, depth: float) -> Levels:
    """Greens and browns turn to orange and red; a blue sky stays."""
    luma = _luma(rgb)
    chroma = rgb - luma
    cool = np.clip((rgb[..., 2:] - rgb[..., :1]) * 6, 0, 1)  # sky and water
    fire = luma * np.array([1.3, 0.87, 0.5], np.float32) + 0.4 * chroma
    share = (1 - cool) * np.clip(0.35 + 0.65 * _height(rgb), 0, 1) * (0.65 + 0.3 * depth)
    return np.asarray(rgb + (fire - rgb) * share)


def spring(rgb: Levels, depth: float) -> Levels:
    """The ground fresh green, the whole a little lighter."""
    luma = 0.08 + 0.92 * _luma(rgb)
    cool = np.clip((rgb[..., 2:] - rgb[..., :1]) * 6, 0, 1)
    green = luma * np.array([0.88, 1.08, 0.58], np.float32) + 0.45 * (rgb - luma)
    share = (1 - cool) * np.clip(0.2 + 0.8 * _height(rgb), 0, 1) * (0.6 + 0.3 * depth)
    return np.asarray(rgb + (green - rgb) * share)


@dataclass(frozen=True)
class Light:
    """How a light is given, what it is called, and the words that it makes untrue."""

    grade: Callable[[Levels, float], Levels]
    words: tuple[str, ...]
    untrue: frozenset[str]


_SEASONS = frozenset("spring summer autumn fall winter snow green leaves grass warm golden".split())
_HOURS = frozenset("night moonlight midnight morning day sunset evening dusk dark bright".split())
LIGHTS: Mapping[str, Light] = {
    "snow": Light(
        snow,
        ("snow", "winter", "white", "cold", "frost"),
        _SEASONS | _HOURS | {"red", "storm"},
    ),
    "night": Light(
        night, ("night", "moonlight", "midnight", "dark", "moon"), _HOURS | _SEASONS | {"red"}
    ),
    "sunset": Light(
        sunset,
        ("sunset", "evening", "dusk", "twilight", "golden", "warm"),
        _HOURS | _SEASONS | {"blue", "grey", "cold", "storm"},
    ),
    "mist": Light(mist, ("mist", "fog", "misty", "haze", "morning"), _HOURS | {"storm", "clear"}),
    "autumn": Light(
        autumn, ("autumn", "fall", "leaves", "october", "november"), _SEASONS | {"cold", "grey"}
    ),
    "spring": Light(
        spring,
        ("spring", "summer", "green", "grass", "leaves", "april"),
        _SEASONS | {"cold", "grey"},
    ),
}


ON_PAPER = ("snow", "night", "sunset", "mist")
"""The lights for ink on silk or paper, where green or orange would only tint the sheet."""


def words_in(light: str, groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Groups of a picture's words without those that a light makes untrue."""
    untrue = LIGHTS[light].untrue
    return [tuple(word for word in group if word not in untrue) for group in groups]


def relit(pixels: npt.NDArray[np.uint8], light: str, depth: float) -> npt.NDArray[np.uint8]:
    """A (H, W, 3) uint8 picture in one of `LIGHTS`; `depth` in [0, 1] is how strongly."""
    rgb: Levels = pixels.astype(np.float32) / np.float32(255)
    graded = LIGHTS[light].grade(rgb, depth)
    return np.asarray((graded.clip(0, 1) * 255).round(), dtype=np.uint8)
