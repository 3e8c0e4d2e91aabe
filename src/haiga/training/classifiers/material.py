"""The pictures a classifier learns from: read once, in groups that are one, in classes."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haiga.core.collecting import Looks
from haiga.core.counted import counted
from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.features.near_duplicates import near_groups
from haiga.features.near_pairs import Groups
from haiga.features.network_input import squeezed
from haiga.inspection.seen_pictures import Outward
from haiga.media.column_filters import find_column
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import (
    FOLDER,
    LeftOut,
    PictureRecord,
    few,
    keep_labelled,
    label_of,
    read_pictures,
)
from haiga.media.picture_judging import judge_picture
from haiga.models.card import sha256
from haiga.training.pictures.store_groups import Look, group_pictures

DRAFT_PX = 512
"""Large JPEGs are decoded no larger than that."""
CUT_PX = 192
"""The side of the copies that parts are cut out of."""
MOST_PICTURES = 50_000
_BATCH = 32

Tell = Callable[[str], object]


@dataclass(frozen=True, eq=False)
class Material:
    """N pictures that serve, in the order of the folder.

    `small` (N, S, S, 3) is each as the network sees it, `larger` (N, 192, 192, 3) what parts
    are cut out of; `groups` names what must stay together; `outward` finds a picture again.
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    columns: tuple[Mapping[str, str], ...]
    outward: tuple[Outward, ...]
    small: npt.NDArray[np.uint8]
    larger: npt.NDArray[np.uint8]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, sorted."""
        return tuple(sorted(set(self.labels)))


def labelled_records(
    choice: PictureChoice,
) -> tuple[tuple[PictureRecord, ...], str, list[LeftOut], tuple[str, ...]]:
    """The records of a folder that have a class, the column it is in, what is left out, notes.

    The class is the folder a picture is in unless the choice names a column. Raises UserError
    where there are no two classes of two pictures.
    """
    read = read_pictures(PictureChoice(choice.path, choice.where))
    columns = tuple(dict.fromkeys(c for record in read.records for c in record.columns))
    if choice.label_column is not None:
        column = find_column(columns, choice.label_column, "--label", "picture")
    elif FOLDER not in columns:
        raise UserError(
            f"{choice.path}: has no folders in it to be classes; put the pictures of each class "
            "into a folder of its own, or name a table's column by --label"
        )
    else:
        column = FOLDER
    names = Counter(label_of(record.columns, column) for record in read.records)
    if len([name for name, count in names.items() if name and count > 1]) < 2:
        there = ", ".join(f"'{name}' has {count:,}" for name, count in names.items() if name)
        raise UserError(
            f"{choice.path}: a classifier tells two classes or more apart, of two pictures or "
            f"more each; {few([there]) if there else 'there is none'}: add pictures of another "
            "class, such as one named 'other' of what it must not be taken for"
        )
    kept, left = keep_labelled(read.records, column)
    return kept, column, [*read.left_out, *left], read.notes


def read_material(choice: PictureChoice, size_px: int, eye: Eye, tell: Tell) -> Material:
    """Reads, looks at and groups the labelled pictures of a folder.

    A picture that stands in two classes is left out of both. Raises UserError where fewer than
    two classes of two pictures are left.
    """
    records, column, left, notes = labelled_records(choice)
    if len(records) > MOST_PICTURES:
        raise UserError(f"{choice.path}: {counted(len(records), 'picture')} are more than the "
                        f"{MOST_PICTURES:,} that are read; choose some by --where")  # fmt: skip
    tell(f"reading {counted(len(records), 'picture')} …")
    kept: list[PictureRecord] = []
    looks: list[Looks] = []
    outward: list[Outward] = []
    small, larger, shapes = [], [], []
    for batch in _batches(records):
        pictures = [p for _, p in batch if not isinstance(p, str)]
        seen = iter(looks_of(pictures, eye))
        for record, picture in batch:
            if isinstance(picture, str):
                left.append(LeftOut(record.key, picture))
                continue
            look = next(seen)
            kept.append(record)
            looks.append(look)
            outward.append(Outward(sha256(record.path), look.hashes, look.thumbnail))
            small.append(squeezed(picture, size_px))
            if size_px != CUT_PX:
                larger.append(squeezed(picture, CUT_PX))
            shapes.append((picture.shape[1], picture.shape[0]))
    if not kept:
        raise UserError(f"{choice.path}: none of its pictures can be read: {left[-1].key} "
                        f"{left[-1].reason}")  # fmt: skip
    labels = [label_of(record.columns, column) for record in kept]
    groups, twins = _groups(kept, looks, outward, shapes, labels)
    left += [LeftOut(kept[place].key, why) for place, why in sorted(twins.items())]
    names = Counter(label for place, label in enumerate(labels) if place not in twins)
    alone = {name for name, count in names.items() if count < 2}
    left += [
        LeftOut(kept[place].key, f"is the only picture left of '{label}'")
        for place, label in enumerate(labels) if label in alone and place not in twins
    ]  # fmt: skip
    rest = [i for i, label in enumerate(labels) if i not in twins and label not in alone]
    if len({labels[i] for i in rest}) < 2:
        raise UserError(_why_too_few(choice.path, labels, twins, kept))
    inputs = np.stack([small[i] for i in rest])
    return Material(
        tuple(kept[i].key for i in rest),
        tuple(labels[i] for i in rest),
        tuple(groups[i] for i in rest),
        tuple(kept[i].columns for i in rest),
        tuple(outward[i] for i in rest),
        inputs,
        np.stack([larger[i] for i in rest]) if larger else inputs,
        tuple(left),
        notes,
    )


def _batches(
    records: Sequence[PictureRecord],
) -> Iterator[list[tuple[PictureRecord, Picture | str]]]:
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(records), _BATCH):
            part = records[start : start + _BATCH]
            yield list(zip(part, pool.map(_decoded, part), strict=True))


def _decoded(record: PictureRecord) -> Picture | str:
    """The picture, or why it does not serve."""
    try:
        return judge_picture(record.path, draft_px=DRAFT_PX, least_px=8).pixels
    except BadPicture as error:
        return str(error)


def _groups(
    records: Sequence[PictureRecord],
    looks: Sequence[Looks],
    outward: Sequence[Outward],
    shapes: Sequence[tuple[int, int]],
    labels: Sequence[str],
) -> tuple[list[str], dict[int, str]]:
    """The group of each picture, and those that stand in two classes, with the reason."""
    keys = [record.key for record in records]
    by_name = group_pictures(
        keys,
        [record.columns for record in records],
        [Look(k.hashes[0], k.hashes[1], k.thumbnail, bytes.fromhex(o.digest))
         for k, o in zip(looks, outward, strict=True)],
        keys,
    )  # fmt: skip

    @functools.lru_cache(maxsize=256)
    def load(place: int) -> Picture:
        found = _decoded(records[place])
        return found if not isinstance(found, str) else np.zeros((8, 8, 3), np.uint8)

    one = near_groups(looks, load, sizes=shapes, digests=[look.digest for look in outward])
    joined = Groups(len(keys))
    first: dict[str, int] = {}
    for place, name in enumerate(by_name):
        joined.join(place, first.setdefault(name, place))
    twins: dict[int, str] = {}
    for group in one:
        places = [group.representative, *(member.place for member in group.members)]
        for place in places[1:]:
            joined.join(places[0], place)
        if len({labels[place] for place in places}) > 1:
            for place in places:
                other = next(p for p in places if labels[p] != labels[place])
                twins[place] = (
                    f"is the same picture as {keys[other]}, which is in '{labels[other]}'"
                )
    return [keys[joined.root(place)] for place in range(len(keys))], twins


def _why_too_few(
    path: Path, labels: Sequence[str], twins: Mapping[int, str], records: Sequence[PictureRecord]
) -> str:
    if twins:
        place = min(twins)
        return (
            f"{path}: fewer than two classes are left, since {counted(len(twins), 'picture')} "
            f"stand in two of them: {records[place].key} {twins[place]}; a picture can be of "
            "one class only"
        )
    counts = Counter(labels)
    there = ", ".join(f"'{name}' {count:,}" for name, count in counts.items())
    return f"{path}: two classes of two readable pictures or more are needed; there are {there}"
