"""Which work, maker and words each cached crop has, and which works are kept apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.features.words import words as split_words
from haiga.training.picture_cache import Item, read_collections
from haiga.training.picture_words import STOP

HELD_PERCENT = 15
MOST_WORDS = 1200
_NOBODY = re.compile(r"^(unknown|unidentified|anonym|fsa/owi)", re.IGNORECASE)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Labels:
    """What is known of N crops.

    `work` (N,) numbers the works; `held_out` (N,) bool is the same for all crops
    of a work; `maker` (N,) is an index into `makers` or -1; `words` (N, V) bool
    says which of `vocabulary` the titles, captions and tags have.
    """

    work: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.bool_]
    makers: tuple[str, ...]
    maker: npt.NDArray[np.int64]
    vocabulary: tuple[str, ...]
    words: npt.NDArray[np.bool_]


def records_of(root: Path) -> dict[tuple[str, str], Record]:
    """The metadata of every picture under `root` by (collection, file)."""
    return {(name, str(record["file"])): record for name, record in read_collections(root)}


def maker_of(record: Record) -> str:
    """The maker's name without dates, or nothing where nobody is known."""
    name = str(record.get("artist") or "").strip()
    if not name or _NOBODY.match(name):
        return ""
    return re.sub(r",? *\(.*?\)|, b\. \d{4}", "", name).strip()


def work_of(collection: str, record: Record) -> str:
    """A key that all pictures of one work share.

    A watercolour stands in two collections by the same id; otherwise the same
    title by the same maker is one work.
    """
    if record.get("id"):
        return str(record["id"])
    title, maker = record.get("title"), record.get("artist")
    if title and maker:
        return " ".join(f"{title} / {maker}".casefold().split())
    return f"{collection}/{record['file']}"


def is_held_out(work: str) -> bool:
    """Whether a work is kept apart: by its key alone, on every machine the same."""
    return int(hashlib.sha256(work.encode()).hexdigest()[:8], 16) % 100 < HELD_PERCENT


def words_of(item: Item) -> set[str]:
    """The meaning words of a crop's title, captions and tags."""
    told = split_words(f"{item.text} {' '.join(item.tags)}".casefold())
    return {word for word in told if len(word) > 2 and word not in STOP}


def read_labels(
    items: Sequence[Item],
    records: Mapping[tuple[str, str], Record],
    *,
    fewest_makers: int = 8,
    fewest_words: int = 15,
) -> Labels:
    """The labels of cached crops; a maker or word with fewer training works is left out."""
    found = [records.get((i.collection, i.file), {"file": i.file}) for i in items]
    keys = [work_of(i.collection, r) for i, r in zip(items, found, strict=True)]
    apart = {k for k, i in zip(keys, items, strict=True) if i.held_out or is_held_out(k)}
    held_out = np.array([k in apart for k in keys], bool)
    _, work = np.unique(np.array(keys), return_inverse=True)

    makers = _common([{maker_of(r)} - {""} for r in found], work, held_out, fewest_makers)
    said = [words_of(item) for item in items]
    vocabulary = _common(said, work, held_out, fewest_words)[:MOST_WORDS]
    place = {word: n for n, word in enumerate(vocabulary)}
    words = np.zeros((len(items), len(vocabulary)), bool)
    for row, some in enumerate(said):
        words[row, [place[word] for word in some if word in place]] = True
    order = {maker: n for n, maker in enumerate(makers)}
    maker = np.array([order.get(maker_of(r), -1) for r in found], np.int64)
    return Labels(work.astype(np.int64), held_out, makers, maker, vocabulary, words)


def _common(
    said: Sequence[set[str]],
    work: npt.NDArray[np.int64],
    held_out: npt.NDArray[np.bool_],
    fewest: int,
) -> tuple[str, ...]:
    """What is said of at least `fewest` training works, the most frequent first."""
    works: dict[str, set[int]] = {}
    for row in np.flatnonzero(~held_out):
        for name in said[int(row)]:
            works.setdefault(name, set()).add(int(work[row]))
    kept = [name for name, some in works.items() if len(some) >= fewest]
    return tuple(sorted(kept, key=lambda name: (-len(works[name]), name)))
