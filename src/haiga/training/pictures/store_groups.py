"""Pictures of one work kept together, so that no work is both trained on and held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.media.column_filters import folded
from haiga.media.text_columns import guess

WORK = ("work_id", "work", "object_id", "id")
TITLE = ("title", "work_title", "name")
MAKER = ("artist", "maker", "author", "painter", "creator", "photographer", "artist_name")

NEAR_BITS = 4
"""Two pictures whose 64-bit difference hashes differ in no more bits may be one."""

NEAR_LEVELS = 10.0
"""…if their 4 × 4 thumbnails differ by no more than this on average, of 255 levels."""

_LONG_ID = 6  # characters; a shorter id names files elsewhere by chance


@dataclass(frozen=True)
class Look:
    """What is compared of a picture: its difference hash, its mirror's, and a small thumbnail."""

    bits: npt.NDArray[np.bool_]  # (2, 64): as it is, mirrored
    thumbnail: npt.NDArray[np.float32]  # (2, 48): as it is, mirrored; levels of 255


def look_at(picture: Picture) -> Look:
    """The 64-bit difference hash of a picture and its mirror (Krawetz 2013, "Kind of Like
    That": is each of 8 × 8 places brighter than the one to its left?) and 4 × 4 colours.
    """
    image = Image.fromarray(picture)
    grey = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    small = np.asarray(image.resize((4, 4), Image.Resampling.BOX), np.float32)
    bits = [(g[:, 1:] > g[:, :-1]).reshape(64) for g in (grey, grey[:, ::-1])]
    thumbnails = [s.reshape(48) for s in (small, small[:, ::-1])]
    return Look(np.stack(bits), np.stack(thumbnails))


class Groups:
    """Places 0 … n - 1 in groups that only ever grow together (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, place: int) -> int:
        """The lowest place of the group that `place` is in."""
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        """Makes one group of the groups of two places."""
        a, b = sorted((self.root(one), self.root(other)))
        self._parent[b] = a


def group_pictures(
    keys: Sequence[str], columns: Sequence[Mapping[str, str]], looks: Sequence[Look]
) -> list[str]:
    """The group of each picture, named by the key of its first picture.

    Together are those with one `id` or `work`, and a file that is named as a long `id` is;
    where there is neither column, those with one title and maker; and pictures that look
    alike, also mirrored, whatever their columns say.
    """
    groups = Groups(len(keys))
    first: dict[tuple[str, ...], int] = {}
    for place, names in enumerate(_names(keys, columns)):
        for name in names:
            groups.join(place, first.setdefault(name, place))
    for one, other in near_pairs(looks):
        groups.join(one, other)
    return [keys[groups.root(place)] for place in range(len(keys))]


def _names(
    keys: Sequence[str], columns: Sequence[Mapping[str, str]]
) -> Iterator[list[tuple[str, ...]]]:
    """What each picture shares with all of its work."""
    every = list(dict.fromkeys(column for row in columns for column in row))
    work, title, maker = (guess(every, names) for names in (WORK, TITLE, MAKER))
    ids = {folded(row.get(work, "")) for row in columns} if work else set()
    for key, row in zip(keys, columns, strict=True):
        id_ = folded(row.get(work, "")) if work else ""
        stem = folded(PurePosixPath(key).stem)
        if id_:
            yield [("work", id_)]
            continue
        names: list[tuple[str, ...]] = []
        if len(stem) >= _LONG_ID and stem in ids:
            names.append(("work", stem))
        if title and maker and row.get(title) and row.get(maker):
            names.append(("title", folded(row[title]), folded(row[maker])))
        yield names


def near_pairs(looks: Sequence[Look], block: int = 2_048) -> Iterator[tuple[int, int]]:
    """Pairs (lower place first) of pictures that look alike, as they are or one mirrored.

    Compares all with all, a block at a time: bits as ±1 give 64 - 2 × distance as a product.
    """
    if not looks:
        return
    bits = np.stack([look.bits for look in looks]).astype(np.float32) * 2 - 1  # (N, 2, 64)
    thumbnails = np.stack([look.thumbnail for look in looks])  # (N, 2, 48)
    least = 64 - 2 * NEAR_BITS
    for start in range(0, len(looks), block):
        rows = bits[start : start + block, 0]
        for turn in (0, 1):
            alike = rows @ bits[start:, turn].T >= least - 0.5
            for row, column in np.argwhere(np.triu(alike, 1)):
                one, other = start + int(row), start + int(column)
                apart = np.abs(thumbnails[one, 0] - thumbnails[other, turn]).mean()
                if apart <= NEAR_LEVELS:
                    yield one, other


def hold_out(
    groups: Sequence[str], share: float, seed: int, labels: Sequence[str] | None = None
) -> npt.NDArray[np.bool_]:
    """Which pictures are held out: whole groups, about `share` of all, at least one group.

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
    wanted = share * len(groups)
    left = Counter(labels) if labels is not None else Counter()
    held = np.zeros(len(groups), bool)
    for group in order:
        taken = int(held.sum())
        if taken >= max(1.0, wanted):
            break
        if taken + sizes[group] > max(1.0, 2 * wanted):
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
