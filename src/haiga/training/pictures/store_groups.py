"""Pictures of one work kept together, so that no work is both trained on and held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.features.hashes import THUMBNAIL_PX, dhash, thumbnails
from haiga.features.near_pairs import Groups, alike_pairs
from haiga.media.column_filters import folded
from haiga.media.text_columns import guess

WORK = ("work_id", "work", "object_id", "id")
TITLE = ("title", "work_title", "name")
MAKER = ("artist", "maker", "author", "painter", "creator", "photographer", "artist_name")

_LONG_ID = 6  # characters; a shorter id names files elsewhere by chance


@dataclass(frozen=True)
class Look:
    """What is compared of a crop: two hashes, its thumbnail, and a digest of its pixels."""

    hash: np.uint64
    mirrored: np.uint64
    """The hash of the crop mirrored."""
    thumbnail: npt.NDArray[np.float16]  # (16, 16, 3), see `features.hashes.thumbnails`
    digest: bytes


def look_at(crop: Picture) -> Look:
    """What near duplicates of a crop would share."""
    straight, mirrored = dhash([crop, crop[:, ::-1]])
    thumbnail = thumbnails([crop]).reshape(THUMBNAIL_PX, THUMBNAIL_PX, 3)
    digest = hashlib.sha256(np.ascontiguousarray(crop).tobytes()).digest()
    return Look(straight, mirrored, thumbnail.astype(np.float16), digest)


def group_pictures(
    keys: Sequence[str],
    columns: Sequence[Mapping[str, str]],
    looks: Sequence[Look],
    files: Sequence[str],
) -> list[str]:
    """The group of each picture, named by the key of its first picture.

    Together are the crops of one file; pictures with one `id` or `work`, and a file that is
    named as a long `id` is; where there is neither, those with one title and maker; and
    pictures that look alike, also mirrored, whatever their columns say.
    """
    groups = Groups(len(keys))
    first: dict[tuple[str, ...], int] = {}
    for place, names in enumerate(_names(files, columns)):
        for name in (("file", files[place]), *names):
            groups.join(place, first.setdefault(name, place))
    for one, other in near_pairs(looks):
        groups.join(one, other)
    return [keys[groups.root(place)] for place in range(len(keys))]


def _names(
    files: Sequence[str], columns: Sequence[Mapping[str, str]]
) -> Iterator[list[tuple[str, ...]]]:
    """What each picture shares with all of its work."""
    every = list(dict.fromkeys(column for row in columns for column in row))
    work, title, maker = (guess(every, names) for names in (WORK, TITLE, MAKER))
    ids = {folded(row.get(work, "")) for row in columns} if work else set()
    for file, row in zip(files, columns, strict=True):
        id_ = folded(row.get(work, "")) if work else ""
        stem = folded(PurePosixPath(file).stem)
        if id_:
            yield [("work", id_)]
            continue
        names: list[tuple[str, ...]] = []
        if len(stem) >= _LONG_ID and stem in ids:
            names.append(("work", stem))
        if title and maker and row.get(title) and row.get(maker):
            names.append(("title", folded(row[title]), folded(row[maker])))
        yield names


def near_pairs(looks: Sequence[Look]) -> Iterator[tuple[int, int]]:
    """Pairs (lower place first) of pictures that look alike, as they are or one mirrored."""
    first: dict[bytes, int] = {}
    for place, look in enumerate(looks):
        same = first.setdefault(look.digest, place)
        if same != place:
            yield same, place
    if looks:
        hashes = np.array([(look.hash, look.mirrored) for look in looks], np.uint64)
        yield from alike_pairs(hashes, np.stack([look.thumbnail for look in looks]))


LEAST_HELD = 4
"""Held-out pictures where there are four times as many; a share of few is too few to tell by."""


def hold_out(
    groups: Sequence[str], share: float, seed: int, labels: Sequence[str] | None = None
) -> npt.NDArray[np.bool_]:
    """Which pictures are held out: whole groups, about `share` of all, and of few pictures up
    to four, so that there is something to compare with; at least one group.

    Which group goes where depends on the seed and the group's name alone, as far as sizes
    allow: a group that would take twice the share stays in training, and so does the last
    picture of a label. Raises UserError where there is nothing to part.
    """
    sizes = Counter(groups)
    if len(sizes) < 2:
        raise UserError(
            f"the {counted(len(groups), 'picture')} cannot be parted into some to learn from and "
            "some held out: they are all of one work or look alike; give pictures of several works"
        )
    places: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    order = sorted(sizes, key=lambda g: hashlib.sha256(f"{seed}\n{g}".encode()).digest())
    wanted = max(1, min(LEAST_HELD, len(groups) // 4), round(share * len(groups)))
    left = Counter(labels) if labels is not None else Counter()
    held = np.zeros(len(groups), bool)
    for group in order:
        taken = int(held.sum())
        if taken >= wanted:
            break
        if taken + sizes[group] > 2 * wanted:
            continue
        if labels is not None:
            loses = Counter(labels[place] for place in places[group])
            if any(left[label] <= count for label, count in loses.items()):
                continue
            left -= loses
        held[places[group]] = True
    if not held.any():  # every group is large: the smallest, but never the larger half
        held[places[min(order, key=lambda group: sizes[group])]] = True
    return held
