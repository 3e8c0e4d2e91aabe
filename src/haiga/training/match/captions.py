"""The words of each cached crop, whose work it is, and which works are held out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haiga.features.match_words import meaning_words
from haiga.features.vectors import WordVectors
from haiga.training.picture_cache import Item

ENOUGH_WORKS = 8
"""A word in the captions of this many works is a pictured word."""
DESCRIBING_TAGS = frozenset(["fsa_color_photos", "berlin_mood_paintings", "museum_textures"])
"""Collections whose tags say what is to be seen; elsewhere they name a museum or a century."""
FAMILIES = {
    "usda_watercolors_small": "fruit",
    "usda_watercolors_large": "fruit",
    "fsa_color_photos": "photographs",
    "documerica_photos": "photographs",
}
"""What a collection is measured with; all others are paintings."""


@dataclass(frozen=True)
class Captioned:
    """One crop's words: `caption` is its title and captions, `tags` what else is told of it.

    `guessed` are words given by machine (scene, colour, hour, season), `medium`
    what it is made of; both are used in training only. `work` names the work.
    """

    index: int
    work: str
    family: str
    caption: tuple[str, ...]
    tags: tuple[str, ...]
    guessed: tuple[str, ...]
    medium: tuple[str, ...]

    @property
    def all_words(self) -> frozenset[str]:
        """Every word that holds of the picture."""
        return frozenset((*self.caption, *self.tags, *self.guessed, *self.medium))


def caption_of(item: Item) -> str:
    """The title and captions of a crop, in fruit without the name of the sort.

    "Winter Green" is an apple like others: its name would teach that winter is round.
    """
    if not item.collection.startswith("usda"):
        return item.text
    said = re.match(r"([^:]*?)(?::.*?)?(a watercolor painting of [^,]*)", item.text)
    return f"{said[1]} {said[2]}".strip() if said else item.text.partition(":")[0]


def work_of(item: Item) -> str:
    """A name that all crops of one work share, in both sizes of the fruit collection."""
    collection = "usda" if item.collection.startswith("usda") else item.collection
    if item.collection == "fsa_color_photos" and item.text:
        return f"{collection}/{item.text}"  # a series under one caption is one work
    return f"{collection}/{Path(item.file).stem}"


def family_of(item: Item) -> str:
    """Fruit, photographs or paintings."""
    return FAMILIES.get(item.collection, "paintings")


def captioned(
    items: Sequence[Item],
    vectors: WordVectors,
    guessed: Sequence[Sequence[str]] | None = None,
    medium: Sequence[Sequence[str]] | None = None,
) -> list[Captioned]:
    """The words of every crop; `guessed[i]` and `medium[i]` where there are such."""
    found = []
    for i, item in enumerate(items):
        tags = " ".join(item.tags) if item.collection in DESCRIBING_TAGS else ""
        found.append(
            Captioned(
                index=i,
                work=work_of(item),
                family=family_of(item),
                caption=tuple(meaning_words(caption_of(item), vectors)),
                tags=tuple(meaning_words(tags, vectors)),
                guessed=tuple(w for w in guessed[i] if vectors.has(w)) if guessed else (),
                medium=tuple(w for w in medium[i] if vectors.has(w)) if medium else (),
            )
        )
    return found


def held_out(
    items: Sequence[Item], crops: Sequence[Captioned], *, share: float, seed: int
) -> npt.NDArray[np.bool_]:
    """Which crops are kept apart: works the cache held out, and a share of all others by name.

    A work is on one side with all its crops.
    """
    apart = {crop.work for item, crop in zip(items, crops, strict=True) if item.held_out}
    return np.array([c.work in apart or _draw(c.work, seed) < share for c in crops])


def pictured_words(crops: Sequence[Captioned]) -> frozenset[str]:
    """The words in the captions or tags of at least `ENOUGH_WORKS` works."""
    works = {crop.work: {*crop.caption, *crop.tags} for crop in crops}
    counts = Counter(word for words in works.values() for word in words)
    return frozenset(word for word, n in counts.items() if n >= ENOUGH_WORKS)


def _draw(name: str, seed: int) -> float:
    key = blake2b(f"{seed} {name}".encode(), digest_size=8).digest()
    return int.from_bytes(key, "big") / 2**64
