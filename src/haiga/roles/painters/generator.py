"""`generator.v1`: a trained generator as a painter, told by its labels what a poem names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Poem
from haiga.core.seeds import derive_seed
from haiga.features.words import words as split_words
from haiga.roles.generators.latent import LatentGenerator
from haiga.roles.painters.labels import LabelWords
from haiga.roles.painters.sight import FUNCTION_WORDS


class GeneratorPainter:
    """Gives each poem a picture by a generator that `haiga train generator` made.

    Where the generator has labels and a word of the poem names one, or is near to one, the
    picture is of that label; else the seed draws it. A generator reads nothing more, and
    one without labels nothing at all: its pictures go with a poem by chance. `model` is
    a bundled generator's name or a folder.
    """

    def __init__(self, *, model: str = "watercolours", threads: int = 2) -> None:
        if not 1 <= threads <= 64:
            raise UserError(f"painter.threads: {threads} is outside 1 to 64")
        self._generator = LatentGenerator(model=model, threads=threads)

    @property
    def model_folder(self) -> Path:
        """The folder of its model, beside which the index of its pictures lies."""
        return self._generator.model_folder

    @property
    def models(self) -> Mapping[str, str]:
        """The generator's files, and the word vectors' where labels are looked for."""
        own = dict(self._generator.models)
        if self._generator.labels:
            own |= self._labels.vectors.model.digests
        return own

    def unseen_words(self, poem: Poem) -> list[str]:
        """The meaning words that name no label; all of them where there are no labels."""
        if not self._generator.labels:
            asked = split_words(poem.text)
            return [word for word in dict.fromkeys(asked) if word not in FUNCTION_WORDS]
        return list(self._labels.look(poem).unseen)

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]:
        """One square picture a poem; each is computed alone, whatever the batch."""
        if len(poems) != len(seeds):
            raise UserError(f"paint: {len(poems)} poems and {len(seeds)} seeds do not pair up")
        labels = [self._label(poem) for poem in poems]
        # the words enter the seed, so that one seed does not paint all poems alike
        own = [derive_seed(s, poem.text) for s, poem in zip(seeds, poems, strict=True)]
        return self._generator.generate(own, labels)

    def _label(self, poem: Poem) -> str | None:
        return self._labels.look(poem).label if self._generator.labels else None

    @cached_property
    def _labels(self) -> LabelWords:
        return LabelWords(self._generator.labels)
