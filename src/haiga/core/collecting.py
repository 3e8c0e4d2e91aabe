"""What a collection is made of: passports, items, decisions, and what sources and judges give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Picture

Fate = Literal["kept", "dropped", "undecided"]
"""What has become of an item: nothing is ever removed, a dropped item is only passed over."""


@dataclass(frozen=True)
class Attribute:
    """Something told of a maker, such as gender or place of birth, and who told it.

    `told_by` names where it comes from ("Wikidata", "a column of the user's table");
    `self_identified` is None where that is not known.
    """

    name: str
    value: str
    told_by: str = ""
    self_identified: bool | None = None


@dataclass(frozen=True)
class Passport:
    """Where an item comes from, who made it, and what may be done with it.

    `source` is the kind of source and its address ("folder /pictures", "met"), `source_id`
    what the item is called there, unique within the source; `url` leads a person to it.
    `licence` is as the source words it (an SPDX identifier, a rights statement's address,
    free text), and "" where nothing is said. `consent` says who agreed to what, in words.
    `columns` holds whatever else the source told, a list as one entry a line.
    """

    source: str
    source_id: str
    url: str = ""
    title: str = ""
    maker: str = ""
    attributes: tuple[Attribute, ...] = ()
    date: str = ""
    place: str = ""
    licence: str = ""
    credit: str = ""
    consent: str = ""
    caption: str = ""
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Found:
    """One thing a source has: its passport, and how to get its bytes.

    `read` may read a file or ask a server, and is called only for what the collection does
    not hold already. It raises `Unobtainable`, with a reason that reads on from the name.
    """

    passport: Passport
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Missed:
    """What a source names and cannot give; `reason` reads on from `source_id`."""

    source_id: str
    reason: str


class Unobtainable(Exception):
    """One item could not be had; its text reads on from the item's name ("is not there")."""


@dataclass(frozen=True)
class Item:
    """One picture of a collection. `id` is the sha256 of its file's bytes.

    `number` counts from 1 in the order of arrival; `passports` are those of every source that
    gave these bytes, the first first. `width` and `height` are as the picture is to be seen.
    """

    id: str
    number: int
    suffix: str
    bytes: int
    width: int
    height: int
    added_at: str
    passports: tuple[Passport, ...]
    remarks: tuple[str, ...] = ()
    fate: Fate = "undecided"
    reason: str = ""
    decided_by: str = ""

    @property
    def passport(self) -> Passport:
        """The passport of the source that gave it first."""
        return self.passports[0]


@dataclass(frozen=True)
class Decision:
    """One entry of the log: what was decided of an item, by whom and why.

    `by` is "person", or "rule" with its text; an undone decision stays in the log.
    """

    number: int
    item: str
    fate: Fate
    by: str
    reason: str
    at: str
    undone: bool = False


@dataclass(frozen=True)
class Looks:
    """What a picture looks like in numbers, as it is and mirrored (the first axis, 2).

    `hashes` (2,) uint64 difference hashes; `thumbnail` (16, 16, 3) float16 of even tone, as it
    is; `early` (2, 256) and `late` (2, 384) float16 of the eye; `edges` (64,) float16, how
    much runs in which direction where; `colours` (48,) float16, a histogram in OKLab.
    """

    hashes: npt.NDArray[np.uint64]
    thumbnail: npt.NDArray[np.float16]
    early: npt.NDArray[np.float16]
    late: npt.NDArray[np.float16]
    edges: npt.NDArray[np.float16]
    colours: npt.NDArray[np.float16]


@dataclass(frozen=True)
class Seen:
    """A picture as judges see it.

    `picture` has a longer side of at most `SEEN_PX` and is None for judges of the whole
    collection, which go by `looks`. `width` and `height` are the file's own. `format` is
    Pillow's name of the file's format.
    """

    item: Item
    looks: Looks
    picture: Picture | None
    format: str = ""


SEEN_PX = 512
