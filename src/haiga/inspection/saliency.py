"""Where in a picture a class was seen: in words, as a picture, and what covering it changes.

The evidence of a class is a map (h, w) over the picture, squeezed to a square as the network
saw it. Covering a part and asking again is the test of occlusion of Zeiler and Fergus,
"Visualizing and Understanding Convolutional Networks", ECCV 2014.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import palette
from haiga.features.colour_names import colour_name

COVERED = 0.25
"""The share of places that are covered: those that speak most for the class."""

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

_DOWN, _ACROSS = ("upper", "middle", "lower"), ("left", "middle", "right")


def strongest(evidence: Floats, share: float = COVERED) -> Bools:
    """The places (h, w) that speak most for the class, about `share` of them; at least one."""
    count = max(1, round(share * evidence.size))
    most = np.zeros(evidence.size, bool)
    most[np.argsort(-evidence.reshape(-1), kind="stable")[:count]] = True
    return most.reshape(evidence.shape)


def place_words(evidence: Floats) -> str:
    """Where most of the evidence lies: "in the upper left", "in the middle", "all over"."""
    top = strongest(evidence, 0.15)
    weights = np.where(top, np.maximum(evidence - np.median(evidence), 0.0), 0.0)
    total = float(weights.sum())
    if total <= 0:
        return "all over"
    height, width = weights.shape
    down = np.arange(height) / max(1, height - 1)
    across = np.arange(width) / max(1, width - 1)
    y, x = float(weights.sum(1) @ down) / total, float(weights.sum(0) @ across) / total
    spread = float(weights.sum(1) @ (down - y) ** 2 + weights.sum(0) @ (across - x) ** 2) / total
    if spread > 0.12:  # of places strewn evenly it is about 0.2
        return "in several places"
    row, column = min(2, int(y * 3)), min(2, int(x * 3))
    if (row, column) == (1, 1):
        return "in the middle"
    return f"in the {' '.join(word for word in (_DOWN[row], _ACROSS[column]) if word)}"


def windows(shape: tuple[int, int]) -> list[Bools]:
    """Nine places (h, w) of half the height and width each, from the upper left row by row."""
    height, width = shape
    tall, wide = max(1, height // 2), max(1, width // 2)
    found = []
    for down in (0, (height - tall) // 2, height - tall):
        for across in (0, (width - wide) // 2, width - wide):
            places = np.zeros(shape, bool)
            places[down : down + tall, across : across + wide] = True
            found.append(places)
    return found


def colour_words(picture: Picture, places: Bools) -> str:
    """The main colours at some places of a picture: "brown and dark green"."""
    small = _at(picture, places.shape, 8)
    inside = small[np.kron(places, np.ones((8, 8), bool))]
    colours, shares = palette(inside[None].reshape(1, -1, 3), 4)
    names: dict[str, float] = {}
    for colour, share in zip(colours, shares, strict=True):
        names[colour_name(colour)] = names.get(colour_name(colour), 0.0) + share
    ranked = sorted(names, key=lambda name: -names[name])
    return " and ".join(ranked[:2])


def covered(pixels: Floats, places: Bools) -> Floats:
    """A network's input (3, S, S) with some places (h, w) in the mean colour of the others."""
    side = pixels.shape[-1]
    image = Image.fromarray(places.astype(np.uint8) * 255).resize(
        (side, side), Image.Resampling.BOX
    )
    hidden = np.asarray(image) > 127
    out = pixels.copy()
    rest = pixels[:, ~hidden]
    out[:, hidden] = rest.mean(1, keepdims=True) if rest.size else 0.0
    return out


def overlaid(picture: Picture, evidence: Floats) -> Picture:
    """The picture with what speaks for the class in its own colours, and the rest pale."""
    height, width, _ = picture.shape
    low, high = float(np.median(evidence)), float(evidence.max())
    heat = np.clip((evidence - low) / max(high - low, 1e-6), 0, 1)
    image = Image.fromarray((heat * 255).astype(np.uint8))
    smooth = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 255
    grey = picture.astype(np.float32).mean(2, keepdims=True)
    pale = 0.35 * grey + 0.65 * 245.0
    part = smooth[:, :, None] ** 0.7
    mixed: Picture = np.clip(part * picture + (1 - part) * pale, 0, 255).astype(np.uint8)
    return mixed


def _at(picture: Picture, shape: tuple[int, ...], each: int) -> Picture:
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((shape[1] * each, shape[0] * each), Image.Resampling.BOX))
