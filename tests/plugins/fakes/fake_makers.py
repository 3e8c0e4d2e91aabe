"""Makers as small as they can be, installed by the tests as a plug-in of haiga's own kind.

They are deterministic, keep the roles' laws and need no model file, unless the
painter is given one to depend on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from haiga.core.errors import BadModel, JobError, UserError
from haiga.core.moods import MOODS, mood_named
from haiga.core.nouns import Caption, Mood, Picture, Poem, Style
from haiga.core.seeds import generator
from haiga.media.pictures import read_picture

FIRST = (
    "old pond in the rain",
    "a cold winter moon",
    "first snow on the road",
    "a leaf on the stone",
    "late light on the hill",
    "deep fog on the lake",
    "a boat by the shore",
    "dark clouds in the west",
)
SECOND = (
    "the dog sleeps beside the door",
    "a black crow on a bare branch",
    "two old men mend a long net",
    "a child counts the falling stars",
    "my brother sweeps the stone steps",
    "the ferry waits for no one",
)
THIRD = (
    "wind in the tall grass",
    "the sound of water",
    "no one on the bridge",
    "smoke above the roofs",
    "a bell far away",
    "the smell of cut hay",
    "one lamp in the house",
    "a gate left open",
)


class FakePoet:
    """Puts a haiku together from lines that were counted by hand."""

    def __init__(self, *, pause_s: float = 0.0, fail: bool = False) -> None:
        self._pause_s = pause_s
        self._fail = fail

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def write(self, abouts: Sequence[str], *, form: str, seeds: Sequence[int]) -> list[Poem]:
        if self._fail:
            raise JobError("the fake poet has nothing to say")
        time.sleep(self._pause_s)
        return [self._one(form, about, seed) for about, seed in zip(abouts, seeds, strict=True)]

    def _one(self, form: str, about: str, seed: int) -> Poem:
        rng = generator(seed, "lines")
        lines = tuple(part[int(rng.integers(len(part)))] for part in (FIRST, SECOND, THIRD))
        unknown = [word for word in about.split() if word.startswith("z")]
        return Poem(lines, form, details={"novelty": 0.9, "unknown_about": unknown})


class FakePainter:
    """Fills a square with soft noise of the words' own colours.

    `shows` is a PNG that it paints instead, for seeds that `shows_every` divides; `trained` the
    folder of a model that it says it has.
    """

    def __init__(
        self,
        *,
        size_px: int = 32,
        tint: int = 0,
        model: str = "",
        flat: bool = False,
        shows: str = "",
        shows_every: int = 1,
        trained: str = "",
    ):
        self._shows, self._shows_every, self._trained = shows, shows_every, trained
        self._size_px = size_px
        self._tint = tint
        self._model = model
        self._flat = flat
        if model and not Path(model).is_file():
            raise BadModel(f"{model}: the model file cannot be read")

    @property
    def model_folder(self) -> Path:
        if not self._trained:
            raise AttributeError("this painter has no model")
        return Path(self._trained)

    @property
    def models(self) -> Mapping[str, str]:
        if not self._model:
            return {}
        data = Path(self._model).read_bytes()
        return {"fake/weights.bin": hashlib.sha256(data).hexdigest()}

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]:
        return [self._one(poem, seed) for poem, seed in zip(poems, seeds, strict=True)]

    def unseen_words(self, poem: Poem) -> list[str]:
        return [word for word in dict.fromkeys(poem.text.split()) if word.startswith("z")]

    def _one(self, poem: Poem, seed: int) -> Picture:
        side = self._size_px
        if self._shows and seed % self._shows_every == 0:
            return read_picture(Path(self._shows))
        if self._flat:
            return np.full((side, side, 3), 7, np.uint8)
        extra = Path(self._model).read_bytes()[0] if self._model else 0
        rng = generator(seed, poem.text, extra)
        coarse = rng.integers(30, 225, (4, 4, 3)).astype(np.uint8)
        picture = coarse.repeat(side // 4, 0).repeat(side // 4, 1)
        return np.clip(picture.astype(int) + self._tint, 0, 255).astype(np.uint8)


class FakeMoodReader:
    """Reads whatever mood the seed draws."""

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def read(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Mood]:
        names = sorted(MOODS)
        return [
            mood_named(names[seed % len(names)], f"“{poem.lines[0]}” sounds like it")
            for poem, seed in zip(poems, seeds, strict=True)
        ]


class FakeStylist:
    """A bank of numbered colours; restyling mixes one in."""

    def __init__(self, *, artworks: int = 40) -> None:
        moods = sorted(MOODS)
        self._styles = [self._style(i, MOODS[moods[i % len(moods)]]) for i in range(artworks)]

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    @staticmethod
    def _style(number: int, mood: Mood) -> Style:
        colour = (37 * number % 256, 91 * number % 256, 53 * number % 256)
        return Style(
            id=f"fake-{number}",
            title=f"Study No. {number}",
            artist="A. Tester",
            date="1899",
            credit="Museum of Fakes",
            licence="CC0",
            mood=mood.name,
            valence=mood.valence,
            arousal=mood.arousal,
            palette=(colour,),
            code=tuple(float(c) for c in colour),
        )

    def styles(self) -> Sequence[Style]:
        return self._styles

    def read_style(self, picture: Picture) -> Style:
        mean = tuple(int(c) for c in picture.reshape(-1, 3).mean(0))
        digest = hashlib.sha256(picture.tobytes()).hexdigest()[:8]
        return Style(
            id=f"like-{digest}",
            title="your picture",
            artist="",
            date="",
            credit="",
            licence="",
            mood="neutral",
            valence=0.0,
            arousal=0.0,
            palette=((mean[0], mean[1], mean[2]),),
            code=tuple(float(c) for c in mean),
        )

    def restyle(
        self,
        pictures: Sequence[Picture],
        *,
        styles: Sequence[Style],
        strength: float,
        seeds: Sequence[int],
    ) -> list[Picture]:
        return [
            np.round(p * (1 - strength / 2) + np.array(s.code) * (strength / 2)).astype(np.uint8)
            for p, s in zip(pictures, styles, strict=True)
        ]


class FakeCaptioner:
    """Says what the mean colour and the seed draw from a few words; fewer with less temperature.

    It is mute where the picture's first value is divided by `mute_every`, and says `says` of
    every picture where that is given. Each call adds how many pictures it got to the file `log`.
    """

    def __init__(
        self, *, temperature: float = 1.0, mute_every: int = 0, says: str = "", log: str = ""
    ) -> None:
        if temperature < 0:
            raise UserError(f"captioner.temperature: {temperature} is less than 0")
        self._temperature, self._mute_every, self._says = temperature, mute_every, says
        self._log = log

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def caption(self, pictures: Sequence[Picture], *, seeds: Sequence[int]) -> list[Caption]:
        if self._log:
            with Path(self._log).open("a") as file:
                file.write(f"{len(pictures)}\n")
        return [self._one(picture, seed) for picture, seed in zip(pictures, seeds, strict=True)]

    def _one(self, picture: Picture, seed: int) -> Caption:
        if self._mute_every and int(picture[0, 0, 0]) % self._mute_every == 0:
            return Caption("")
        if self._says:
            return Caption(self._says, tuple(self._says.split()), sure=False)
        rng = generator(seed if self._temperature else 0, int(picture.mean()))
        tokens = [part[int(rng.integers(len(part)))] for part in (THINGS, PLACES)]
        return Caption(" ".join(tokens), tuple(tokens), score=-0.5)


def mute_captioner() -> FakeCaptioner:
    """One that says nothing of any picture."""
    return FakeCaptioner(mute_every=1)


THINGS = ("a dog", "a bird", "a boat", "a tree", "two horses", "an old house")
PLACES = ("on a hill", "by the sea", "in a field", "under snow")
