"""The values that travel between rooms: poems, pictures, moods, styles, verdicts, pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadPicture

Picture = npt.NDArray[np.uint8]
"""A picture: (H, W, 3) uint8 sRGB. The one currency between rooms."""


def check_picture(value: Any, where: str = "picture") -> Picture:
    """The value in row-major order if it is a `Picture`; else `BadPicture` says what it is.

    The order in memory decides in which order sums are taken, and so their last bit.
    """
    if not isinstance(value, np.ndarray):
        raise BadPicture(f"{where}: expected an array, got {type(value).__name__}")
    if value.dtype != np.uint8 or value.ndim != 3 or value.shape[2] != 3 or 0 in value.shape:
        raise BadPicture(
            f"{where}: expected (height, width, 3) uint8, got {value.shape} {value.dtype}"
        )
    return np.ascontiguousarray(value)


@dataclass(frozen=True)
class Poem:
    """Lines of text with their form.

    `details` holds what its maker recorded about how it came to be (syllables a
    line, candidates and their scores, words in doubt): plain JSON values only.
    """

    lines: tuple[str, ...]
    form: str = "free"
    language: str = "en"
    author: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Mood:
    """One emotion of the fixed vocabulary and why it was chosen.

    `valence` in [-1, 1] (unpleasant to pleasant), `arousal` in [-1, 1] (calm to
    excited), `reason` in words a reader understands.
    """

    name: str
    valence: float
    arousal: float
    reason: str = ""


@dataclass(frozen=True)
class Style:
    """What was measured of one artwork, with its credit; never the artwork itself.

    `palette` is a few sRGB colours, most frequent first; `code` is the numeric
    style code whose meaning belongs to the stylist. `credit` is the whole credit
    line, `museum` who keeps the artwork, `about` further words that speak of it.
    A style that is not `offered` is followed only where it is asked for by name.
    """

    id: str
    title: str
    artist: str
    date: str
    credit: str
    licence: str
    mood: str
    valence: float
    arousal: float
    palette: tuple[tuple[int, int, int], ...]
    code: tuple[float, ...]
    museum: str = ""
    medium: str = ""
    url: str = ""
    about: str = ""
    offered: bool = True


@dataclass(frozen=True)
class Verdict:
    """A judgement with its reason; `score` in [0, 1], low is bad. It never drops anything."""

    name: str
    keep: bool
    score: float
    reason: str


@dataclass(frozen=True)
class Provenance:
    """What made one thing: enough to make it again, or to say what has changed since."""

    step: str
    use: str
    settings: Mapping[str, Any]
    seed: int
    models: Mapping[str, str]
    """Model file names and their sha256."""
    output: str
    """sha256 of what came out."""


@dataclass(frozen=True)
class Embedding:
    """How N pictures look: raw values, not of unit length; row i is of picture i alone.

    `early` (N, E) float32 keeps where things are; `late` (N, L) float32 is what is seen.
    """

    early: npt.NDArray[np.float32]
    late: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Caption:
    """What a picture shows, in words.

    `tokens` are the words as the captioner made them; `attention` is where it looked for
    each, (len(tokens), h, w) float32 that sums to 1 a token, or None of one that cannot
    tell. `score` is the mean log-probability of a token, in nats; `sure` whether that is
    enough, by what was measured, for the caption to be relied on.
    """

    text: str
    tokens: tuple[str, ...] = ()
    attention: npt.NDArray[np.float32] | None = None
    score: float = 0.0
    sure: bool = True


@dataclass(frozen=True)
class Label:
    """The class of a picture: `name`, or None for none of those that the classifier knows.

    `probabilities` are calibrated, one a class in the classifier's order, and sum to 1;
    `known` in [0, 1] says how surely the picture belongs to any of them. `evidence`, of one
    that can tell, is what speaks for the likeliest class place by place, (h, w) float32,
    above 0 for it and below against it; None otherwise.
    """

    name: str | None
    probabilities: tuple[float, ...]
    known: float
    evidence: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Piece:
    """One finished work: the poem, its pictures, what was judged of it and how it was made."""

    id: str
    seed: int
    artist: str
    poem: Poem
    mood: Mood
    painting: Picture
    styled: Picture
    sheet: Picture
    alt_text: str
    style: Style | None
    verdicts: tuple[Verdict, ...]
    recipe: Mapping[str, Any]
    seconds: Mapping[str, float]
