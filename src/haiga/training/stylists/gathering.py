"""Several folders read as one: which pictures are to be restyled, and which are styles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import LeftOut, PictureRecord, ReadPictures, read_pictures
from haiga.training.pictures.store import Indexes, PictureStore

SET = "collection"
"""The column that names the folder a picture came from."""


@dataclass(frozen=True)
class Uses:
    """Crops of a store (int64): what may be restyled and what may be followed.

    In `contents` and `styles` those of a small folder stand several times.
    """

    contents: Indexes
    styles: Indexes
    held_contents: Indexes
    held_styles: Indexes


def read_folders(folders: Sequence[Path]) -> ReadPictures:
    """The pictures of all folders, each named by its folder first. UserError as `read_pictures`."""
    records: list[PictureRecord] = []
    left: list[LeftOut] = []
    notes: list[str] = []
    for folder, name in names_of(folders).items():
        read = read_pictures(PictureChoice(folder))
        for record in read.records:
            columns = {**record.columns, SET: name}
            records.append(replace(record, key=f"{name}/{record.key}", columns=columns))
        left += [LeftOut(f"{name}/{out.key}", out.reason) for out in read.left_out]
        notes += [f"{name}: {note}" for note in read.notes]
    return ReadPictures(tuple(records), tuple(left), tuple(notes))


def names_of(folders: Sequence[Path]) -> dict[Path, str]:
    """A name for each folder, its own; one that is given twice stands once."""
    out: dict[Path, str] = {}
    used: Counter[str] = Counter()
    for folder in dict.fromkeys(f.resolve() for f in folders):
        used[folder.name] += 1
        again = f" ({used[folder.name]})" if used[folder.name] > 1 else ""
        out[folder] = folder.name + again
    return out


def uses_of(store: PictureStore, pictures: Sequence[Path], styles: Sequence[Path]) -> Uses:
    """What the crops serve for, by the folder each came from."""
    names = names_of([*pictures, *styles])
    sets = np.array([item.columns[SET] for item in store.items])

    def chosen(folders: Sequence[Path], among: Indexes) -> Indexes:
        wanted = [names[f.resolve()] for f in folders]
        return among[np.isin(sets[among], wanted)]

    train, held = store.train, store.held_out
    return Uses(
        contents=_balanced(chosen(pictures, train), sets),
        styles=_balanced(chosen(styles, train), sets),
        held_contents=chosen(pictures, held),
        held_styles=chosen(styles, held),
    )


def _balanced(indexes: Indexes, sets: np.ndarray) -> Indexes:
    """The indexes with those of small folders repeated, by the root of how small they are.

    A folder of thousands would otherwise be nearly all there is to see.
    """
    counts = Counter(sets[indexes].tolist())
    most = max(counts.values(), default=1)
    times = [round((most / counts[name]) ** 0.5) for name in sets[indexes].tolist()]
    return np.repeat(indexes, times)
