"""What can be done in haiga: each role is a protocol, batched and seeded.

Result i depends on input i and seed i alone: never on the batch it came in, nor
on a global generator. An implementation is made by a factory whose keyword
arguments are its settings; `models` names every model file it reads with its
sha256, for the recipe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from haiga.core.collecting import Seen
from haiga.core.nouns import Caption, Embedding, Label, Mood, Picture, Poem, Style, Verdict


class Maker(Protocol):
    """What every implementation of a role tells about itself."""

    @property
    def models(self) -> Mapping[str, str]:
        """Names of the model files it reads, each with its sha256."""
        ...


@runtime_checkable
class Poet(Maker, Protocol):
    """Writes poems.

    One poem per seed, in order; `abouts[i]` is a few words that steer poem i,
    or the empty string. Raises `UserError` where the form cannot be kept.
    """

    def write(self, abouts: Sequence[str], *, form: str, seeds: Sequence[int]) -> list[Poem]: ...


@runtime_checkable
class Painter(Maker, Protocol):
    """Turns poems into pictures, one each, in order, all of one square size."""

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]: ...

    def unseen_words(self, poem: Poem) -> list[str]:
        """The words of the poem that the painter has no picture of, in order, once each."""
        ...


@runtime_checkable
class Trained(Protocol):
    """A maker whose own model learned from pictures; beside the model may lie their index.

    A painter or generator that has this is compared with what it was trained on.
    """

    @property
    def model_folder(self) -> Path:
        """The folder of the model and its card."""
        ...


@runtime_checkable
class Generator(Maker, Protocol):
    """Makes pictures out of seeds alone, all of one square size.

    Each list has one entry a seed, in order; None, or no list, leaves the choice to the
    seed. `labels` are class names, `codes` tables of code name to value, `latents`
    float32 vectors that take the place of the seeds' own.
    """

    @property
    def labels(self) -> Sequence[str]:
        """The names of its classes, none where it has none."""
        ...

    @property
    def latent(self) -> int:
        """How many numbers a latent has."""
        ...

    @property
    def size_px(self) -> int:
        """The side of its pictures."""
        ...

    def generate(
        self,
        seeds: Sequence[int],
        labels: Sequence[str | None] | None = None,
        codes: Sequence[Mapping[str, float] | None] | None = None,
        latents: Sequence[npt.NDArray[np.float32]] | None = None,
    ) -> list[Picture]: ...


@runtime_checkable
class MoodReader(Maker, Protocol):
    """Reads the mood of poems and says why; the same poem and seed give the same mood."""

    def read(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Mood]: ...


@runtime_checkable
class Stylist(Maker, Protocol):
    """Restyles pictures after artworks; each result has the size of its picture.

    `strength` in [0, 1]; 0 returns the picture itself, to the pixel.
    """

    def styles(self) -> Sequence[Style]:
        """The bank: every artwork it can follow."""
        ...

    def read_style(self, picture: Picture) -> Style:
        """The style of a picture that is not in the bank."""
        ...

    def restyle(
        self,
        pictures: Sequence[Picture],
        *,
        styles: Sequence[Style],
        strength: float,
        seeds: Sequence[int],
    ) -> list[Picture]: ...


@runtime_checkable
class Upscaler(Maker, Protocol):
    """Enlarges pictures to a given longer side, in pixels, keeping their shape."""

    def enlarge(self, pictures: Sequence[Picture], *, size_px: int) -> list[Picture]: ...


@runtime_checkable
class Embedder(Maker, Protocol):
    """Sees pictures as vectors, for whatever compares, sorts or describes them."""

    def embed(self, pictures: Sequence[Picture]) -> Embedding:
        """One row a picture, in order."""
        ...

    def maps(self, pictures: Sequence[Picture]) -> npt.NDArray[np.float32]:
        """What the late view is the mean of, place by place: (N, L, h, w) float32."""
        ...


@runtime_checkable
class Captioner(Maker, Protocol):
    """Says in words what pictures show: one caption each, in order.

    Caption i depends on picture i and seed i alone; how it is searched for or drawn
    (greedy, beam, temperature) is a setting.
    """

    def caption(self, pictures: Sequence[Picture], *, seeds: Sequence[int]) -> list[Caption]: ...


@runtime_checkable
class Classifier(Maker, Protocol):
    """Tells which of its classes pictures belong to, or that they belong to none."""

    @property
    def classes(self) -> Sequence[str]:
        """The names of its classes, in the order of a label's probabilities."""
        ...

    def classify(self, pictures: Sequence[Picture]) -> list[Label]:
        """One label a picture, in order."""
        ...


@runtime_checkable
class Curator(Maker, Protocol):
    """Judges the pictures of a collection, one verdict each, in order; it drops nothing.

    A verdict's `score` is in [0, 1], low is bad; `keep` proposes, and its reason is one
    clause that reads on from the picture's name. `alone` says whether verdict i depends on
    picture i alone (then `Seen.picture` is given, some at a time) or on the whole collection
    (then all come at once, without their pixels).
    """

    @property
    def alone(self) -> bool: ...

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]: ...
